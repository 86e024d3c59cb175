interface Program {
  execArgv: readonly string[]
}

/** Whether the program's Node is started with such an argument. */
export function isGiven(argument: RegExp, { execArgv }: Program): boolean {
  return [...execArgv, process.env['NODE_OPTIONS'] ?? ''].some((given) => argument.test(given))
}

/** A program that stands at a breakpoint is not slow. */
export function isDebugged(program: Program): boolean {
  return isGiven(/--inspect/, program)
}
