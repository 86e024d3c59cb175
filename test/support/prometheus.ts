import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freePort } from './port.ts'
import { eventually } from './program.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Where the samples are that the documentation speaks of. */
export const samples: string = fileURLToPath(new URL('../../../docs/observe/', import.meta.url))

export const hasPrometheus: boolean = spawnSync('promtool', ['--version']).status === 0

/** One series that a query has found. */
export interface Found {
  metric: Record<string, string>
  value: [time: number, value: string]
}

/** A real Prometheus with the documented configuration, which scrapes that port each second. */
export class Prometheus {
  readonly #port: number
  #output = ''

  static async start(t: TestContext, target: number): Promise<Prometheus> {
    const folder = temporaryFolder()
    const config = readFileSync(path.join(samples, 'prometheus.yml'), 'utf8')
      .replace('127.0.0.1:9000', `127.0.0.1:${target}`)
      .replace('scrape_interval: 15s', 'scrape_interval: 1s\n  evaluation_interval: 1s')
    writeFileSync(path.join(folder, 'prometheus.yml'), config)
    copyFileSync(path.join(samples, 'alerts.yml'), path.join(folder, 'alerts.yml'))
    const port = await freePort()
    const child = spawn(
      'prometheus',
      [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    const prometheus = new Prometheus(port, child)
    t.after(async () => {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    })
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus has ended:\n${prometheus.#output}`)
      const { activeTargets } = await prometheus
        .#ask<{ activeTargets: { health: string }[] }>('targets')
        .catch(() => ({
          activeTargets: [],
        }))
      return activeTargets[0]?.health === 'up'
    }, 'it has scraped')
    return prometheus
  }

  private constructor(port: number, child: ChildProcess) {
    this.#port = port
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (this.#output += text))
  }

  /** What the query finds now. */
  async query(query: string): Promise<Found[]> {
    const { result } = await this.#ask<{ result: Found[] }>('query', { query })
    return result
  }

  /** The rules that it evaluates, and whether it can. */
  async rules(): Promise<{ name: string; query: string; health: string; lastError?: string }[]> {
    const { groups } = await this.#ask<{
      groups: { rules: { name: string; query: string; health: string }[] }[]
    }>('rules')
    return groups.flatMap(({ rules }) => rules)
  }

  /** What the labels of that metric are called. */
  labels(metric: string): Promise<string[]> {
    return this.#ask<string[]>('labels', { 'match[]': metric })
  }

  async #ask<Data>(what: string, parameters: Record<string, string> = {}): Promise<Data> {
    const url = `http://127.0.0.1:${this.#port}/api/v1/${what}?${new URLSearchParams(parameters).toString()}`
    const { data, error } = (await (await fetch(url)).json()) as { data: Data; error?: string }
    if (error !== undefined) throw new Error(`${what} ${JSON.stringify(parameters)}: ${error}`)
    return data
  }
}
