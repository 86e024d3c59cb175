/** Failures in a row from which on it is called a crash loop. */
const least = 3

/** What there is to say of so many failures in a row, if it is a crash loop. */
export function crashLoop(failures: number): string | undefined {
  return failures >= least ? `crash loop: ${failures} failures in a row` : undefined
}
