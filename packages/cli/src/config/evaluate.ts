/**
 * A process of its own, which runs a configuration file and tells what it says
 * over descriptor 3: whatever the file does (it loads dotenv, it logs, it
 * throws, it leaves a timer behind) is done to no primary.
 */
import { readFileSync, writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { serialize } from 'node:v8'
import { runInThisContext } from 'node:vm'

const file = process.argv[2]!
const value = file.endsWith('.json') ? readJson() : await load()
const bytes = serialize(plain(value))
for (let sent = 0; sent < bytes.length;) sent += writeSync(3, bytes, sent)
process.exit(0)

/** As pm2 reads it: comments and trailing commas may be in it. */
function readJson(): unknown {
  const text = readFileSync(file, 'utf8')
  try {
    return JSON.parse(text)
  } catch {
    return runInThisContext(`(${text}\n)`, { filename: file })
  }
}

async function load(): Promise<unknown> {
  const { default: main, ...named } = (await import(pathToFileURL(file).href)) as Record<string, unknown>
  // TypeScript that became CommonJS has its default export one level deeper.
  const given =
    isObject(main) && '__esModule' in main && 'default' in main ? main['default'] : (main ?? named)
  return typeof given === 'function' ? (given as () => unknown)() : given
}

/** Functions cannot be told, and none is expected. */
function plain(given: unknown, above: readonly unknown[] = []): unknown {
  if (typeof given === 'function') return `[function ${given.name}]`
  if (typeof given === 'symbol') return String(given)
  if (!isObject(given) || given instanceof RegExp || above.includes(given)) return given
  const inside = [...above, given]
  if (Array.isArray(given)) return given.map((each) => plain(each, inside))
  return Object.fromEntries(Object.entries(given).map(([key, each]) => [key, plain(each, inside)]))
}

function isObject(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null
}
