import type { StallReport } from '../protocol/watchdog.ts'

/** For how long, and in what. */
export function stalled({ stalledFor, request, stack }: StallReport): string {
  const where = stack.length > 0 ? '' : ', in a native call that cannot be interrupted'
  return `${stalledFor} ms${request ? `, on ${request}` : ''}${where}`
}

/** Where it stands, a line for each frame; nothing where that is not known. */
export function stackText({ stack }: StallReport): string {
  return stack.map((frame) => `    at ${frame}`).join('\n')
}
