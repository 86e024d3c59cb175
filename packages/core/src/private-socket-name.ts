import path from 'node:path'

/** Not that of control sockets, which are in the same folder. */
const suffix = '.worker'

/** Where siblings reach a worker: in a folder of this user's alone. */
export function privateSocketName(folder: string, primary: number, id: string): string {
  return path.join(folder, `${primary}-${id}${suffix}`)
}

/** The primary that a private socket's worker has, or had; undefined for any other file. */
export function primaryOfSocket(name: string): number | undefined {
  const pid = Number.parseInt(name, 10)
  return name.endsWith(suffix) && pid > 0 ? pid : undefined
}
