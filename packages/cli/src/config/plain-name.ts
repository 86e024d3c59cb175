/** A text as the name of a program, without what a shell or a folder does not take; '' if nothing is left. */
export function plainName(text: string): string {
  return text
    .trim()
    .replaceAll(/[^\w.+-]+/g, '-')
    .replace(/^[^\w]+/, '')
    .slice(0, 64)
}
