import type { Program } from './program.ts'

/** Which of these lines the program has written, in the order in which it wrote them. */
export function order(program: Program, lines: readonly string[]): string[] {
  return program.output.split('\n').flatMap((line) => lines.find((wanted) => line.includes(wanted)) ?? [])
}
