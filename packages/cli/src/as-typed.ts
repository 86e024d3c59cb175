/**
 * What a flag was given, as it was typed: the parser takes `007` for the
 * number 7, and nothing at all for 0.
 */
export function asTyped(argv: readonly string[], flag: string): string | undefined {
  const end = argv.indexOf('--')
  const own = end < 0 ? argv : argv.slice(0, end)
  const at = own.findLastIndex((argument) => argument === flag || argument.startsWith(`${flag}=`))
  if (at < 0) return undefined
  return own[at] === flag ? own[at + 1] : own[at]!.slice(flag.length + 1)
}
