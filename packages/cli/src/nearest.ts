/** The word that was probably meant, if one is near enough to say so. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(
      ({ candidate, distance }) =>
        distance <= Math.max(1, Math.floor(candidate.length / 3)) || startsAlike(word, candidate),
    )
    .sort((a, b) => a.distance - b.distance)
  return best?.candidate
}

function startsAlike(word: string, candidate: string): boolean {
  return word.length >= 2 && candidate.toLowerCase().startsWith(word.toLowerCase())
}

/** Levenshtein's: how many letters must be put in, left out or changed. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [row, letter] of [...a].entries()) {
    const current = [row + 1]
    for (const [column, other] of [...b].entries())
      current.push(
        Math.min(
          previous[column + 1]! + 1,
          current[column]! + 1,
          previous[column]! + (letter === other ? 0 : 1),
        ),
      )
    previous = current
  }
  return previous[b.length]!
}
