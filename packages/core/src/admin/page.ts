import { readFileSync } from 'node:fs'
import path from 'node:path'
import { isBundled, ownFile } from '../own-files.ts'

interface PageFile {
  type: string
  body: Buffer
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

/** No other file is served, whatever is asked for. */
const names = [
  'index.html',
  'overview.html',
  'page.css',
  'actions.js',
  'announcer.js',
  'axis.js',
  'causes.js',
  'cells.js',
  'dialog.js',
  'dom.js',
  'event-parser.js',
  'faults-in-words.js',
  'faults.js',
  'figures.js',
  'happenings.js',
  'heading.js',
  'judgements.js',
  'model.js',
  'overview.js',
  'page.js',
  'plots.js',
  'progress.js',
  'requests.js',
  'shares.js',
  'slot-dialog.js',
  'standing.js',
  'stream.js',
  'token-dialog.js',
  'token.js',
  'verdict.js',
  'words.js',
]

/**
 * Belongs to the answer with each of the page's files: nothing is loaded from
 * elsewhere, nothing sent there, no text becomes code, and no other page shows
 * this one in a frame, where a click on a button could be stolen.
 */
export const pageHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  // The next release has another page.
  'Cache-Control': 'no-cache',
}

let files: ReadonlyMap<string, PageFile> | undefined

/**
 * A file of the live page.
 * @param asked the path of a URL, without query, as seen from the page's own folder: `/`, `/page.css`.
 * @returns `undefined` where there is none, and for all of them in a bundle, which has no files of this package.
 */
export function pageFile(asked: string): PageFile | undefined {
  // All at once: a deploy may put others in their place, or remove them, and old and new do not go together.
  files ??= isBundled ? new Map() : readAll()
  return files.get(asked === '/' ? 'index.html' : asked.slice(1))
}

function readAll(): ReadonlyMap<string, PageFile> {
  try {
    return new Map(
      names.map((name) => [
        name,
        { type: types[path.extname(name)]!, body: readFileSync(ownFile(`../page/${name}`)) },
      ]),
    )
  } catch {
    // The release that this process runs has been removed already.
    return new Map()
  }
}
