/** Kinds of values that only the admin server's options have. */
import { badOption } from '../bad-option.ts'
import { ClusteredError } from '../errors.ts'
import type { AdminOptions } from '../health-options.ts'
import { group } from './check.ts'
import type { Kind, Options } from './option.ts'

const example =
  "false, a port such as 9000, the path of a unix socket, or an object such as { port: 9000, host: '0.0.0.0' }"

/** A port or a path stands for an object that has that one alone. */
export function adminKind(members: Options<AdminOptions>): Kind<AdminOptions | number | string> {
  const { check } = group('admin', example, members)
  // A place given so takes the place of any other.
  const short = (value: unknown): object =>
    typeof value === 'number' ? { port: value, path: undefined } : { port: undefined, path: value }
  return {
    members,
    short,
    check: (name, value: unknown) => {
      const isPath = typeof value === 'string' && value.includes('/')
      const given = typeof value === 'number' || isPath ? short(value) : value
      if (typeof given !== 'object' || given === null) throw badOption(name, value, example)
      const checked = check(name, given)
      if (checked.port !== undefined && checked.path !== undefined)
        throw badOption(
          `${name}.path`,
          checked.path,
          'one of admin.port and admin.path',
          'is given beside a port',
        )
      return checked
    },
    read: (name, text) => {
      if (/^\d+$/.test(text)) return members.port.kind.read!(name, text)
      if (text.includes('/')) return text
      throw badOption(name, text, 'false, a port such as 9000, or the path of a unix socket')
    },
    placeholder: '<port | path>',
  }
}

/** Shorter ones can be guessed. */
const leastOfSecret = 16

/** What is wrong with a token is said without saying the token. */
export function secret(): Kind<string> {
  const check = (name: string, value: unknown): string => {
    const isFile = typeof value === 'string' && /^@./.test(value) && !value.includes('\0')
    if (isFile || isToken(value)) return value as string
    throw new ClusteredError(
      'ERR_CLUSTERED_BAD_OPTION',
      `${name}: what is given is no token, and is not shown here. Allowed: ${allowed}.`,
    )
  }
  return { check, read: check, placeholder: '<token | @file>' }
}

const allowed = `${leastOfSecret} or more letters, digits and signs of ASCII without spaces (as of: openssl rand -hex 16), or @ and the path of a file that has that`

export function isToken(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    value.length >= leastOfSecret &&
    value.length <= 1024 &&
    /^[!-~]+$/.test(value)
  )
}

/** As text, with commas between them. */
export function hostList(): Kind<readonly string[]> {
  const check = (name: string, value: unknown): readonly string[] => {
    const isList =
      Array.isArray(value) && value.every((host) => typeof host === 'string' && /^[\w.:-]+$/.test(host))
    if (!isList) throw badOption(name, value, "names without ports, such as ['admin.example.com']")
    return value as string[]
  }
  return {
    check,
    read: (name, text) =>
      check(
        name,
        text.split(',').map((host) => host.trim()),
      ),
    placeholder: '<names>',
  }
}
