import path from 'node:path'

/** Not that of control sockets, which are in the same folder. */
export const privateSocketEnding = '.worker'

/** Where siblings reach a worker: in a folder of this user's alone. */
export function privateSocketName(folder: string, primary: number, id: string): string {
  return path.join(folder, `${primary}-${id}${privateSocketEnding}`)
}
