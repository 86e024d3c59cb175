/**
 * Makes an exit that the app asks for wait, if it shall.
 *
 * @param holds asked at each `process.exit`. If it says so, `process.exit`
 * sets the exit code and returns.
 */
export function holdExit(holds: () => boolean): void {
  const exit = Reflect.get(process, 'exit') as (...args: unknown[]) => never
  const held = (...args: unknown[]): void => {
    if (!holds()) Reflect.apply(exit, process, args)
    // Node checks it, and throws what it would have thrown.
    else if (args[0] !== undefined) process.exitCode = args[0] as number
  }
  process.exit = Object.defineProperty(held, 'name', { value: 'exit' }) as typeof process.exit
}
