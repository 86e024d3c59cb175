import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The samples of a language on a page, which is named as seen from docs/. */
export function samples(page: string, language: string): string[] {
  const text = readFileSync(fileURLToPath(new URL(`../../../docs/${page}`, import.meta.url)), 'utf8')
  const fence = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm')
  return [...text.matchAll(fence)].map(([, sample]) => sample!)
}
