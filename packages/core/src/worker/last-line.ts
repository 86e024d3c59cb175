import { performance } from 'node:perf_hooks'

/** How old (in ms) a line may be that is taken for the reason of an end. */
const oldest = 1000

/** In characters. */
const longest = 500

type Write = (this: NodeJS.WriteStream, ...args: unknown[]) => boolean

let last: unknown
let at = -Infinity

/** Notes what the app writes there, which is mostly why it then ends itself. */
export function watchStderr(stream: NodeJS.WriteStream): void {
  const write = Reflect.get(stream, 'write') as Write
  stream.write = function (...args: unknown[]): boolean {
    last = args[0]
    at = performance.now()
    return write.apply(this, args)
  }
}

/** The first line of what was written last, if that was just now. */
export function lastLine(): string | undefined {
  if (performance.now() - at > oldest) return undefined
  const text =
    typeof last === 'string' ? last : last instanceof Uint8Array ? Buffer.from(last).toString() : ''
  return text.trim().split('\n')[0]?.trimEnd().slice(0, longest) || undefined
}
