import type { AdminOptions, HealthOptions } from '../health-options.ts'
import { badOption } from '../bad-option.ts'
import { isReadyWhen, type ReadyWhen } from '../health/ready-when.ts'
import { mostChecks } from '../protocol/check-results.ts'
import { adminKind, hostList, secret } from './admin.ts'
import { isPlain } from './check.ts'
import { count, orFalse, textThat, time } from './kinds.ts'
import type { Kind, Options } from './option.ts'

const admin: Options<AdminOptions> = {
  port: {
    doc: 'The port; 0 is any free one, which the log tells',
    kind: count(0, 65_535),
    change: 'reload',
  },
  host: {
    doc: 'The address that the port is on',
    kind: textThat(
      (value) => typeof value === 'string' && /^[\w.:%-]+$/.test(value),
      "an address or a name, such as '127.0.0.1', '::1' or '0.0.0.0'",
      '<address>',
    ),
    otherwise: "'127.0.0.1'",
    change: 'reload',
  },
  path: {
    doc: 'The path of a unix socket, in place of a port',
    kind: textThat(
      (value) => typeof value === 'string' && value !== '' && !value.includes('\0'),
      'the path of a unix socket',
      '<path>',
    ),
    change: 'reload',
  },
  token: {
    doc: 'What whoever changes something has to send, as Authorization: Bearer ...',
    kind: secret(),
    change: 'reload',
    secret: true,
  },
  scrapeToken: {
    doc: 'A token that is good for /metrics and nothing else',
    kind: secret(),
    change: 'reload',
    secret: true,
  },
  hosts: {
    doc: 'Further names by which it is asked, such as that of a proxy in front',
    kind: hostList(),
    otherwise: 'none',
    change: 'reload',
  },
}

const readyWhen: Kind<ReadyWhen> = {
  check: (name, value) => {
    if (isReadyWhen(value)) return value
    throw badOption(name, value, "a number of slots from 1, or a share of them from '1%' to '100%'")
  },
  read: (name, text) => readyWhen.check(name, /^\d+$/.test(text) ? Number(text) : text),
  placeholder: '<number | share>',
}

/** It is named in answers and messages. */
const isCheckName = (name: string): boolean => /^[\w.:-]{1,64}$/.test(name)

const checks: Kind<NonNullable<HealthOptions['checks']>> = {
  check: (name, value: unknown) => {
    if (!isPlain(value) || Object.keys(value).length > mostChecks)
      throw badOption(
        name,
        value,
        `an object of up to ${mostChecks} functions, such as { db: async (signal) => ... }`,
      )
    for (const [key, check] of Object.entries<unknown>(value as Record<string, unknown>)) {
      if (!isCheckName(key))
        throw badOption(
          name,
          key,
          'names of up to 64 letters, digits and . _ : -',
          'is not a name for a check',
        )
      if (typeof check !== 'function') throw badOption(`${name}.${key}`, check, 'a function (signal) => ...')
    }
    return value as NonNullable<HealthOptions['checks']>
  },
}

/** How the program says how it is, and whether it is ready. */
export const health: Options<HealthOptions> = {
  admin: {
    doc: 'Where the primary serves health, metrics and the live page over HTTP: a port, the path of a unix socket, or an object',
    off: 'It serves none of that',
    kind: orFalse(adminKind(admin)),
    default: false,
    change: 'reload',
  },
  readyWhen: {
    doc: 'How many slots have to be ready for the program to be, or which share of them',
    kind: readyWhen,
    default: 1,
    change: 'reload',
  },
  checks: {
    doc: "The app's own checks: while one of them says no, the program is not ready",
    kind: checks,
    change: 'worker',
  },
  checkTimeout: {
    doc: 'How long one of the checks may take; then it has said no',
    kind: time({ least: 10, most: 60_000 }),
    default: 1000,
    change: 'reload',
  },
  checkMaxAge: {
    doc: 'For how long what the checks have said is good for whoever asks next',
    kind: time({ least: 10, most: 600_000, zero: true }),
    default: 1000,
    change: 'reload',
  },
}
