import http from 'node:http'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { IContainer, IProbe } from 'kubernetes-models/v1'
import { freePort } from '../support/port.ts'
import { type Program, sendSignal, start } from '../support/program.ts'
import type { Endpoint } from './service.ts'
import { variablesOf } from './manifests.ts'

export interface PodSpec {
  container: IContainer
  /** In seconds. */
  gracePeriod: number
  /** What the image has in it. */
  file: string
  environment?: Record<string, string>
}

/** A pod with one container, and what the kubelet does about it. Its ports are its own, as if its address were. */
export class Pod implements Endpoint {
  readonly port: number
  isReady = false
  isTerminating = false
  /** The container has ended. */
  readonly gone: Promise<number | string>
  /** The kubelet's patience had an end, or its liveness probe failed. */
  killed: string | undefined
  readonly #admin: number
  readonly #spec: PodSpec
  readonly #program: Program
  #isGone = false

  static async start(t: TestContext, spec: PodSpec, onChange: () => void): Promise<Pod> {
    const pod = new Pod(t, spec, await freePort(), await freePort())
    void pod.#watch(onChange)
    return pod
  }

  private constructor(t: TestContext, spec: PodSpec, port: number, admin: number) {
    this.#spec = spec
    this.#admin = admin
    this.port = port
    const ports = {
      LISTEN: JSON.stringify([port]),
      CLUSTERED_ADMIN: String(admin),
      CLUSTERED_ADMIN_HOST: '127.0.0.1',
    }
    const env = { ...variablesOf(spec.container), ...spec.environment, ...ports }
    this.#program = start(t, spec.file, { env })
    this.gone = this.#program.ends().finally(() => (this.#isGone = true))
  }

  /** As somebody has told the API: the hook, SIGTERM, and SIGKILL when the time is over that began with the hook. */
  async delete(): Promise<void> {
    this.isTerminating = true
    const over = setTimeout(() => this.#kill('the grace period is over'), this.#spec.gracePeriod * 1000)
    const { seconds = 0 } = this.#spec.container.lifecycle?.preStop?.sleep ?? {}
    await sleep(seconds * 1000)
    if (!this.#isGone) this.#program.kill('SIGTERM')
    await this.gone
    clearTimeout(over)
  }

  /** All processes of the container. */
  #kill(why: string): void {
    this.killed = why
    for (const pid of [this.#program.pid, ...this.#program.workers()]) sendSignal(pid, 'SIGKILL')
  }

  /** The startup probe first, then the others for as long as the container lives. */
  async #watch(onChange: () => void): Promise<void> {
    const { startupProbe, livenessProbe } = this.#spec.container
    for await (const isUp of this.#verdicts(startupProbe!)) {
      if (!isUp) return this.#kill('the startup probe failed')
      break
    }
    void this.#watchReadiness(onChange)
    for await (const isAlive of this.#verdicts(livenessProbe!))
      if (!isAlive && !this.isTerminating) return this.#kill('the liveness probe failed')
  }

  async #watchReadiness(onChange: () => void): Promise<void> {
    for await (const isReady of this.#verdicts(this.#spec.container.readinessProbe!)) {
      if (isReady === this.isReady) continue
      this.isReady = isReady
      onChange()
    }
  }

  /** Each yes of a probe, and each no that has come as often in a row as it must. */
  async *#verdicts({ httpGet, ...probe }: IProbe): AsyncGenerator<boolean> {
    const { periodSeconds = 10, timeoutSeconds = 1, failureThreshold = 3 } = probe
    for (let failures = 0; !this.#isGone; await sleep(periodSeconds * 1000, undefined, { ref: false })) {
      const isFine = await this.#ask(httpGet!.path!, timeoutSeconds * 1000)
      failures = isFine ? 0 : failures + 1
      if (isFine || failures >= failureThreshold) yield isFine
    }
  }

  #ask(path: string, timeout: number): Promise<boolean> {
    const signal = AbortSignal.timeout(timeout)
    return new Promise((resolve) => {
      const request = http.get(
        { port: this.#admin, host: '127.0.0.1', path, agent: false, signal },
        (response) => {
          response.resume()
          resolve(response.statusCode! >= 200 && response.statusCode! < 400)
        },
      )
      request.on('error', () => resolve(false))
    })
  }
}
