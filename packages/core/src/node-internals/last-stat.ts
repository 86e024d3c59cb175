import { lstatSync } from 'node:fs'

/**
 * Call it after a look at what may be a pipe or a socket. Up to Node 22,
 * `require` takes what was looked at last for the folder that it comes by, and
 * follows no links behind a pipe: in an installation by pnpm, a module that the
 * program loads next does not find its own dependencies.
 */
export function coverLastStat(): void {
  lstatSync('/')
}
