/** The beginning of a text that is longer than that. @param most in characters. */
export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}...` : text
}
