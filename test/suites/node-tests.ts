import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { TestFile } from './run-file.ts'

const about = /^test-(http|https|http2|net|tls)-.*\.m?js$/

/** Node's own tests of servers, of a checkout of its repository: best of the version that runs them. */
export function nodeTests(checkout: string): TestFile[] {
  return ['parallel', 'sequential'].flatMap((folder) =>
    readdirSync(path.join(checkout, 'test', folder))
      .filter((name) => about.test(name))
      .map((name) => {
        const program = path.join(checkout, 'test', folder, name)
        return { name: `${folder}/${name}`, program, args: [], execArgv: flagsOf(program), cwd: checkout }
      }),
  )
}

/** A test names the flags that it needs in a comment. */
function flagsOf(file: string): string[] {
  const [, flags = ''] = /^\/\/ Flags:(.*)$/m.exec(readFileSync(file, 'utf8')) ?? []
  return flags.split(/\s+/).filter(Boolean)
}
