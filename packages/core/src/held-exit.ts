import { syncBuiltinESMExports } from 'node:module'

/**
 * Makes an exit that the app asks for wait, if it shall.
 *
 * @param holds asked at each `process.exit`, which has set the exit code. If it
 * says so, `process.exit` returns.
 */
export function holdExit(holds: () => boolean): void {
  const exit = Reflect.get(process, 'exit') as (...args: unknown[]) => never
  const held = (...args: unknown[]): void => {
    const before = process.exitCode
    // Node checks it, and throws what it would have thrown.
    if (args[0] !== undefined) process.exitCode = args[0] as number
    if (holds()) return
    process.exitCode = before
    Reflect.apply(exit, process, args)
  }
  process.exit = Object.defineProperty(held, 'name', { value: 'exit' }) as typeof process.exit
  // A program that has imported it by name has ours as well.
  syncBuiltinESMExports()
}
