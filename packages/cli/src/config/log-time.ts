import dayjs from 'dayjs'

/** What has each worker write the time before its lines. */
export function logTimeArguments(format: string): string[] {
  const preload = new URL('log-time-preload.js', import.meta.url)
  preload.searchParams.set('format', format)
  return ['--import', preload.href]
}

/**
 * Puts the time before each line that this process writes by `console`,
 * `process.stdout` or `process.stderr`. What is written past them has none.
 *
 * @param format as of Day.js, such as 'YYYY-MM-DD HH:mm:ss Z'.
 */
export function putTimeBefore(format: string): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
    let atStart = true
    stream.write = (chunk: unknown, ...rest: unknown[]): boolean => {
      // Bytes may end in the middle of a character.
      const isText = typeof chunk === 'string'
      const text = isText ? chunk : Buffer.from(chunk as Uint8Array).toString('latin1')
      if (text === '') return write(chunk, ...rest)
      const time = `${dayjs().format(format)}: `
      const stamped = (atStart ? time : '') + text.replaceAll(/\n(?!$)/g, `\n${time}`)
      atStart = text.endsWith('\n')
      return write(isText ? stamped : Buffer.from(stamped, 'latin1'), ...rest)
    }
  }
}
