import { badOption } from '../bad-option.ts'
import { isPlain } from '../options/check.ts'
import type { Health } from './verdict.ts'

/** Under which paths a program says how it is; `false` is under none. */
export interface HealthPaths {
  /** Yes for as long as this process answers. @default '/livez' */
  livez?: string | false
  /** Whether requests are to be sent: yes or no. @default '/readyz' */
  readyz?: string | false
  /** The same with the reason, in JSON. @default '/healthz' */
  healthz?: string | false
}

export interface HealthAnswer {
  status: 200 | 503
  headers: Record<string, string>
  body: string
}

const defaults = { livez: '/livez', readyz: '/readyz', healthz: '/healthz' }

/** Answers probes. */
export class Probes {
  readonly #now: () => Health | Promise<Health>
  readonly #answers = new Map<string, () => HealthAnswer | Promise<HealthAnswer>>()

  /** @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION */
  constructor(now: () => Health | Promise<Health>, paths: HealthPaths = {}) {
    if (!isPlain(paths)) throw badOption('options', paths, "an object such as { readyz: '/ready' }")
    this.#now = now
    const answers = {
      livez: () => yesOrNo(true),
      readyz: async () => yesOrNo((await this.#now()).ready),
      healthz: async () => inWords(await this.#now()),
    }
    for (const [name, path] of Object.entries<unknown>({ ...defaults, ...paths })) {
      if (!Object.hasOwn(answers, name))
        throw badOption(name, path, 'one of: livez, readyz, healthz', 'is not an option')
      if (typeof path === 'string' && path.startsWith('/'))
        this.#answers.set(path, answers[name as keyof typeof answers])
      else if (path !== false) throw badOption(name, path, "false, or a path such as '/ready'")
    }
  }

  /**
   * @param url may have a query.
   * @returns undefined if that is not for it.
   */
  answer(method = '', url = ''): HealthAnswer | Promise<HealthAnswer> | undefined {
    if (method !== 'GET' && method !== 'HEAD') return undefined
    const query = url.indexOf('?')
    return this.#answers.get(query < 0 ? url : url.slice(0, query))?.()
  }
}

function yesOrNo(yes: boolean): HealthAnswer {
  return answer(yes, 'text/plain', yes ? 'yes\n' : 'no\n')
}

function inWords(health: Health): HealthAnswer {
  return answer(health.ready, 'application/json', `${JSON.stringify(health)}\n`)
}

function answer(yes: boolean, type: string, body: string): HealthAnswer {
  const headers = {
    'Content-Type': type,
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
  }
  return { status: yes ? 200 : 503, headers, body }
}
