import { isBundled, isSingleExecutable } from '../../own-files.ts'

/**
 * Node's arguments for a worker: those given, and what loads the preload. It
 * comes after the program's own `--require` and before all of its `--import`.
 * A bundle has no file to preload, and loads it with the rest.
 */
export function withPreload(execArgv: readonly string[], preload: string): string[] {
  if (isSingleExecutable) return []
  return isBundled ? [...execArgv] : [...execArgv, '--require', preload]
}
