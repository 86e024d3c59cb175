import { ownFile } from '../../own-files.ts'

/**
 * Node's arguments for a worker: those given, and what loads the preload. It
 * comes after the program's own `--require` and before all of its `--import`.
 */
export function withPreload(execArgv: readonly string[]): string[] {
  return [...execArgv, '--require', ownFile('worker/preload.js')]
}
