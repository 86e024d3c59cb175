import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** Of that many answers, one shows whether the module is used. */
const mostAnswers = 10_000

/** Published by Node's servers with each answer that ends; nothing is while nobody listens. */
const channel = 'http.server.response.finish'

/**
 * Finds express-rate-limit where it is loaded as an ES module: no list of Node's
 * has those. Requests that it has counted say so, and only then is it imported
 * here: it is loaded already. Nothing is done where the program does not have it.
 *
 * @param found called with the module.
 */
export function findRateLimit(found: (module: object) => void): void {
  const [, entry] = process.argv
  if (entry === undefined) return
  let file: string
  try {
    file = createRequire(entry)
      .resolve('express-rate-limit')
      .replace(/\.cjs$/, '.mjs')
  } catch {
    return
  }
  if (!file.endsWith('.mjs') || !existsSync(file)) return
  const { href } = pathToFileURL(file)
  let left = mostAnswers
  const look = (message: unknown): void => {
    const isUsed = 'rateLimit' in (message as { request: object }).request
    if (!isUsed && --left > 0) return
    unsubscribe(channel, look)
    if (isUsed) import(href).then(found).catch(() => {})
  }
  subscribe(channel, look)
}
