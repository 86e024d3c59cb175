/**
 * What a flag was given, as it was typed: the parser takes `007` for the
 * number 7, and nothing at all for 0.
 */
function asTyped(argv: readonly string[], flag: string): string | undefined {
  const end = argv.indexOf('--')
  const own = end < 0 ? argv : argv.slice(0, end)
  const at = own.findLastIndex((argument) => argument === flag || argument.startsWith(`${flag}=`))
  if (at < 0) return undefined
  return own[at] === flag ? own[at + 1] : own[at]!.slice(flag.length + 1)
}

/** The same for several, by what the parser calls them; those that were not given are left out. */
export function typedAs<Name extends string>(
  argv: readonly string[],
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const typed = names.map((name) => [name, asTyped(argv, `--${name}`)] as const)
  return Object.fromEntries(typed.filter(([, value]) => value !== undefined)) as Partial<Record<Name, string>>
}
