import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

/** What opens a file in the browser of whoever sits here; `undefined` where that is nobody, or somewhere else. */
export function opener(): string | undefined {
  const { SSH_CONNECTION, SSH_TTY, DISPLAY, WAYLAND_DISPLAY } = process.env
  if (SSH_CONNECTION || SSH_TTY) return undefined
  if (process.platform === 'darwin') return 'open'
  return DISPLAY || WAYLAND_DISPLAY ? 'xdg-open' : undefined
}

/**
 * Opens the address in a browser. Arguments of a process can be read by every
 * user of the machine, and so the browser is given a file that leads there.
 * @param onFailure called if that cannot be done.
 * @returns what removes the file.
 */
export function openBrowser(command: string, address: string, onFailure: () => void): () => void {
  const folder = mkdtempSync(path.join(tmpdir(), 'clustered-open-'))
  const file = path.join(folder, 'open.html')
  writeFileSync(file, leadTo(address), { mode: 0o600 })
  const child = spawn(command, [pathToFileURL(file).href], { stdio: 'ignore', detached: true })
  child.on('error', onFailure)
  child.on('exit', (code) => code !== 0 && onFailure())
  child.unref()
  return () => rmSync(folder, { recursive: true, force: true })
}

function leadTo(address: string): string {
  return `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${address}">
<title>Clustered</title>
<a href="${address}">Clustered</a>
`
}
