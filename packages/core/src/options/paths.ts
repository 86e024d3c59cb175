import { inspect } from 'node:util'
import type { Option } from './option.ts'
import { options } from './table.ts'

/** An option by the name that it has in code, such as `reload.surge`. */
export interface Named {
  readonly path: string
  readonly option: Option<any>
}

function all(members: Readonly<Record<string, Option<any>>>, prefix = ''): Named[] {
  return Object.entries(members).flatMap(([name, option]) => [
    { path: prefix + name, option },
    ...(option.kind.members ? all(option.kind.members, `${prefix}${name}.`) : []),
  ])
}

/** Every option, and those inside of others behind them. */
export const allOptions: readonly Named[] = all(options)

/** Those that text can say: each has a flag and a variable. */
export const sayable: readonly Named[] = allOptions.filter(({ option }) => option.kind.read)

/** As in `--reload-surge`. */
export function flagOf(path: string): string {
  return `--${words(path).join('-')}`
}

/** As in `CLUSTERED_RELOAD_SURGE`. */
export function variableOf(path: string): string {
  return ['clustered', ...words(path)].join('_').toUpperCase()
}

function words(path: string): string[] {
  return path.split(/\.|(?=[A-Z])/).map((word) => word.toLowerCase())
}

/** As in `10000`, `'auto'` and `no limit`; empty where there is none, and of an option with members. */
export function defaultInWords({ otherwise, default: value }: Option<unknown>): string {
  if (otherwise !== undefined || value === undefined || typeof value === 'object') return otherwise ?? ''
  return inspect(value)
}
