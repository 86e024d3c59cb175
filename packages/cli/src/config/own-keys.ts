import type { ProgramConfig } from '../index.cts'

/** Keys that say what to start, and how. */
const aboutTheStart = [
  'file',
  'name',
  'cwd',
  'args',
  'nodeArgs',
  'env',
  'environments',
  'envFile',
  'watch',
  'ignore',
  'logs',
  'stampLines',
  'reloadAt',
  'autostart',
] as const satisfies (keyof ProgramConfig)[]

/** Options of the API. */
const optionKeys = [
  'workers',
  'bootTimeout',
  'drainTimeout',
  'shutdownDelay',
  'queueTimeout',
  'balance',
  'migrate',
  'goodbye',
  'sticky',
  'reload',
  'crash',
  'hangTimeout',
  'lagWarning',
  'maxMemory',
  'maxRequests',
  'maxAge',
  'heapLimit',
  'spares',
  'compileCache',
  'listen',
  'readyAfter',
  'restart',
  'remainAfterExit',
  'logFormat',
  'logTime',
] as const satisfies (keyof ProgramConfig)[]

export const ownKeys: ReadonlySet<string> = new Set([...aboutTheStart, ...optionKeys])

/** Those of a program that are options of the API, as they were given. */
export function optionsOf(program: ProgramConfig): Partial<ProgramConfig> {
  return Object.fromEntries(
    Object.entries(program).filter(([key]) => (optionKeys as readonly string[]).includes(key)),
  )
}
