import type { Server, IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, ListenOptions } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import type { Routes } from '../control/routes.ts'
import { formatAddress } from '../format-address.ts'
import type { AdminOptions } from '../health-options.ts'
import { Probes } from '../health/probes.ts'
import type { PrimaryCluster } from '../primary/primary-cluster.ts'
import type { Places } from '../primary/sockets/places.ts'
import { lockName } from '../name-lock.ts'
import type { Settings } from '../settings.ts'
import { expose } from '../telemetry/exposition/exposition.ts'
import { removeStaleSocket } from '../stale-socket.ts'
import { ClusterHealth } from './cluster-health.ts'
import type { Access } from './guard.ts'
import { Hosts, isLoopback } from './hosts.ts'
import { pageFile } from './page.ts'
import { makeServer } from './server.ts'
import { Site } from './site.ts'
import { Token } from './tokens.ts'
import type { Visitors } from './visitors.ts'

/** How long (in ms) after it could not listen it tries again: what had the port may have gone. */
const again = 1000

export interface AdminParts {
  readonly cluster: PrimaryCluster
  readonly settings: Settings
  readonly routes: Routes
  readonly places: Places
}

/** One server, and what it is for. */
interface Open {
  /** As they are now; the place stays the same. */
  options: AdminOptions
  readonly server: Server
  readonly visitors: Visitors
  timer: NodeJS.Timeout | undefined
  /** Where it listens. */
  address: AddressInfo | string | undefined
  /** The last that kept it from listening: it is said once. */
  problem: string | undefined
}

type Tokens = Pick<Access, 'token' | 'scrapeToken'>

/**
 * Lives in the primary: health, metrics, the live page and the control routes
 * over HTTP. docs/deploy/health.md describes it. It is there from before the first worker
 * until after the last.
 */
export class Admin {
  readonly #parts: AdminParts
  readonly #site: Site
  #tokens: Tokens
  #open: Open | undefined
  /** The program has its own places first. */
  #begun = false

  /** @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION */
  constructor(parts: AdminParts) {
    this.#parts = parts
    const { cluster, settings, routes } = parts
    const health = new ClusterHealth(cluster, settings)
    this.#site = new Site({
      routes,
      probes: new Probes(() => health.now()),
      metrics: (accept) => expose(cluster.telemetry.metrics(), accept),
    })
    this.#tokens = tokensOf(settings.admin)
    cluster.once('worker:boot', () => {
      this.#begun = true
      this.update()
    })
    cluster.on('worker:ready', () => this.#open && health.warm())
    void cluster.gone.then(() => this.#close())
    process.once('exit', () => this.#close())
  }

  /** The option may have changed. */
  update(): void {
    const { admin, logger } = this.#parts.settings
    if (!this.#begun) return
    try {
      this.#tokens = tokensOf(admin)
    } catch (error) {
      logger.error('admin', `${(error as Error).message} What was there before is good still`)
      return
    }
    const wanted = admin && (admin.port !== undefined || admin.path !== undefined) ? admin : undefined
    if (admin && !wanted && (admin.token ?? admin.scrapeToken ?? admin.host) !== undefined)
      logger.warn('admin', 'admin: neither a port nor a path is given, and so there is no admin server')
    if (this.#open && wanted && isDeepStrictEqual(placeOf(this.#open.options), placeOf(wanted))) {
      this.#open.options = wanted
      return
    }
    this.#close()
    if (wanted) void this.#listen(wanted)
  }

  async #listen(options: AdminOptions): Promise<void> {
    // While the release that this process runs is there.
    pageFile('/')
    const { server, visitors } = makeServer((request, response) => this.#answer(request, response))
    const open: Open = { options, server, visitors, timer: undefined, address: undefined, problem: undefined }
    this.#open = open
    server.on('listening', () => this.#onListening(open))
    server.on('error', (error) => this.#onError(open, error))
    await this.#tryListening(open)
  }

  async #tryListening(open: Open): Promise<void> {
    const { port, host = '127.0.0.1', path } = open.options
    if (path === undefined) return this.#startListening(open, { port: port!, host })
    await lockName(path, async () => {
      await removeStaleSocket(path)
      // For this user alone: its file is made before `listen` returns.
      const own = process.umask(0o177)
      try {
        this.#startListening(open, { path })
      } finally {
        process.umask(own)
      }
    })
  }

  #startListening(open: Open, place: ListenOptions): void {
    if (this.#open !== open) return
    try {
      open.server.listen(place)
    } catch (error) {
      this.#onError(open, error as Error)
    }
  }

  #onListening(open: Open): void {
    const { logger } = this.#parts.settings
    open.server.unref()
    const address = open.server.address()!
    open.address = address
    if (typeof address !== 'string')
      this.#parts.places.reserve(address.port, 'the admin server (the option admin)')
    const where = typeof address === 'string' ? address : `http://${formatAddress(address)}`
    logger.info('admin', `admin server at ${where}${this.#limits(this.#accessOf(open))}`, { address: where })
  }

  #limits({ isLocal, token, scrapeToken }: Access): string {
    if (token) return ''
    if (isLocal) return ', where nothing can be changed, as there is no token'
    return `; as there is no token, only /livez and /readyz ${scrapeToken ? 'and /metrics ' : ''}are answered`
  }

  /** The program serves on without it. */
  #onError(open: Open, error: NodeJS.ErrnoException): void {
    if (this.#open !== open || open.address !== undefined) return
    if (open.problem !== error.code) {
      const words = `no admin server: ${error.message}. The program serves on, and it is tried again every second`
      this.#parts.settings.logger.error('admin', words, { code: error.code })
    }
    open.problem = error.code
    open.timer = setTimeout(() => void this.#tryListening(open), again).unref()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#site.answer(request, response, this.#accessOf(this.#open))
    } catch (error) {
      this.#parts.cluster.boundary.report('the admin server failed', error)
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end()
    }
  }

  #accessOf(open: Open | undefined): Access {
    const { address, options } = open ?? {}
    const isLocal = typeof address === 'string' || (address !== undefined && isLoopback(address.address))
    const names = [...(options?.hosts ?? []), ...(options?.host === undefined ? [] : [options.host])]
    return {
      ...this.#tokens,
      isLocal,
      hosts: typeof address === 'string' ? undefined : new Hosts(names, isLocal),
    }
  }

  #close(): void {
    const open = this.#open
    this.#open = undefined
    if (!open) return
    clearTimeout(open.timer)
    const { address, server, visitors } = open
    if (address === undefined) return
    if (typeof address !== 'string') this.#parts.places.reserve(address.port, undefined)
    // Its file goes with it. To remove that by name once more could be to remove the one of another that has come since.
    server.close()
    visitors.closeAll()
  }
}

function tokensOf(admin: AdminOptions | false): Tokens {
  const { token, scrapeToken } = admin || {}
  return {
    token: token === undefined ? undefined : new Token('admin.token', token),
    scrapeToken: scrapeToken === undefined ? undefined : new Token('admin.scrapeToken', scrapeToken),
  }
}

function placeOf({ port, host, path }: AdminOptions): object {
  return { port, host, path }
}
