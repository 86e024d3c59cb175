import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fencesOf } from '../snippets/fences.ts'
import { root } from '../snippets/pages.ts'

/** The blocks of a language on a page, which is named as seen from docs/. */
export function samples(page: string, language: string): string[] {
  const file = path.join(root, 'docs', page)
  const fences = fencesOf(page, readFileSync(file, 'utf8'))
  return fences.filter((fence) => fence.language === language).map(({ text }) => text)
}
