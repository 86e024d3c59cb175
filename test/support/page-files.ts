import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url))

/** The blocks of a page that are a file each, by the path that their first line names: `# /etc/...`. */
export function filesOf(page: string): Map<string, string> {
  const text = readFileSync(path.join(docs, page), 'utf8')
  const blocks = text.matchAll(/^```\w+\n(# (\/\S+)\n[^]*?)^```$/gm)
  return new Map([...blocks].map(([, block, file]) => [file!, block!]))
}
