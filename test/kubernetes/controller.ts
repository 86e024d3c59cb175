import type { TestContext } from 'node:test'
import type { IDeployment } from 'kubernetes-models/apps/v1'
import { eventually } from '../support/program.ts'
import { Pod, type PodSpec } from './pod.ts'
import type { Service } from './service.ts'

/** Keeps the pods of a Deployment, and tells a Service which of them take connections. */
export class Controller {
  /** All that there were. */
  readonly pods: Pod[] = []
  readonly #t: TestContext
  readonly #service: Service
  readonly #replicas: number
  readonly #most: number
  readonly #least: number
  readonly #deletions: Promise<void>[] = []

  constructor(t: TestContext, { spec }: IDeployment, service: Service) {
    const { maxSurge, maxUnavailable } = spec!.strategy!.rollingUpdate!
    this.#t = t
    this.#service = service
    this.#replicas = spec!.replicas!
    this.#most = this.#replicas + Number(maxSurge)
    this.#least = this.#replicas - Number(maxUnavailable)
  }

  /**
   * Puts new pods in the place of all that there are. Ends when the last of those has ended.
   * @param specs of which the pods are in turn.
   */
  async rollOut(...specs: readonly PodSpec[]): Promise<void> {
    const old = [...this.#living]
    for (let missing = this.#replicas; missing > 0 || old.length > 0;)
      if (missing > 0 && this.#living.length < this.#most) {
        const spec = specs[missing % specs.length]!
        this.pods.push(await Pod.start(this.#t, spec, () => this.#tell()))
        missing--
      } else {
        await eventually(() => this.#serving.length > this.#least, 'a pod more is ready than must be')
        this.#deletions.push(old.shift()!.delete())
        this.#tell()
      }
    await eventually(() => this.#serving.length === this.#replicas, 'every pod is ready')
    await Promise.all(this.#deletions)
  }

  /** Terminating pods are none of a Deployment's any more. */
  get #living(): Pod[] {
    return this.pods.filter((pod) => !pod.isTerminating)
  }

  get #serving(): Pod[] {
    return this.#living.filter((pod) => pod.isReady)
  }

  #tell(): void {
    this.#service.change(this.#serving)
  }
}
