import type { Check } from './health/checks.ts'

/** How the program says how it is, and whether it is ready: see docs/deploy/health.md. */
export interface HealthOptions {
  /**
   * Where the primary serves health, metrics and the live page over HTTP: a port,
   * the path of a unix socket, or an object. A port is on the loopback address
   * unless `host` says otherwise. Changes, and everything elsewhere than on
   * loopback, need a token.
   * @default false
   */
  admin?: number | string | AdminOptions | false
  /**
   * How many slots have to be ready for the program to be, or which share of
   * them, such as `'50%'`. Of more than there are, all.
   * @default 1
   */
  readyWhen?: number | `${number}%`
  /**
   * The app's own checks: while one of them says no, the program is not ready.
   * It says so by `false`, by throwing, or by taking longer than `checkTimeout`.
   * They run in one worker, when somebody asks whether the program is ready.
   *
   * ```ts
   * clustered(app, { admin: 9000, checks: { db: (signal) => pool.query({ text: 'select 1', signal }) } })
   * ```
   */
  checks?: Record<string, Check>
  /**
   * How long one of the `checks` may take; then it has said no, and its signal is aborted.
   * @default 1000
   */
  checkTimeout?: number
  /**
   * For how long what the `checks` have said is good for whoever asks next; 0 is only for those who ask meanwhile.
   * @default 1000
   */
  checkMaxAge?: number
}

export interface AdminOptions {
  /** The port; 0 is any free one, which the log tells. */
  port?: number
  /**
   * The address that the port is on. Elsewhere than on loopback, only `/livez`,
   * `/readyz` and the page's own files are answered without a token.
   * @default '127.0.0.1'
   */
  host?: string
  /** The path of a unix socket, in place of a port. It is for this user alone. */
  path?: string
  /**
   * What whoever changes something has to send, as `Authorization: Bearer ...`:
   * 16 characters or more; `@` and a path is a file that has it. Without one, nothing can be changed
   * here. In a flag it can be read by every user of the machine (`ps`).
   */
  token?: string
  /** A token that is good for `/metrics` and nothing else. Where there is one, that needs it or the other one. */
  scrapeToken?: string
  /**
   * Further names by which it is asked, such as that of a proxy in front. A
   * browser that asks by any other name may be led by a page of somebody else's.
   * @default none
   */
  hosts?: readonly string[]
}
