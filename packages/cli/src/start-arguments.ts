/** What `clustered start` was given, less what is about the command and not about the program. */
export function startArguments(argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  return argv.filter(
    (argument, index) => (argument !== '--daemon' && argument !== '--json') || (end >= 0 && index > end),
  )
}
