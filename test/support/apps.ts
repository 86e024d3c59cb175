import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { type Framework, frameworks } from './adapters.ts'
import { get } from './http.ts'
import { type Program, start } from './program.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** An app at a place of its own. */
export interface Place extends Framework {
  name: string
  how: 'instance' | 'factory'
  port: number
}

/** Apps of many frameworks in one program, and what is known of them. */
export class Apps {
  readonly program: Program
  readonly places: Place[] = []
  /** Where the program itself is asked. */
  questions = 0
  readonly #faults: string

  /** Each is there twice: given as it is, and by a function. */
  static async start(t: TestContext, names: readonly string[], options: object): Promise<Apps> {
    const apps = new Apps(t, names, options)
    const portOf = async (name: string): Promise<number> =>
      Number((await apps.program.sees(new RegExp(`^${name} at (\\d+);`, 'm')))[1])
    for (const place of apps.places) place.port = await portOf(place.name)
    apps.questions = await portOf('questions')
    return apps
  }

  private constructor(t: TestContext, names: readonly string[], options: object) {
    for (const name of names)
      for (const how of ['instance', 'factory'] as const)
        this.places.push({ ...frameworks[name]!, name: `${name} by ${how}`, how, port: 0 })
    const given = this.places.map(({ name, adapter, app, how, ownServer }) => {
      return {
        name,
        adapter,
        file: `./${app}.js`,
        how,
        server: ownServer ? undefined : { keepAliveTimeout: 1000 },
      }
    })
    this.#faults = temporaryFolder()
    const env = { APPS: JSON.stringify(given), OPTIONS: JSON.stringify(options), FAULTS: this.#faults }
    this.program = start(t, 'adapters/all.js', { env })
  }

  get ofOurOwn(): Place | undefined {
    return this.places.find(({ adapter }) => adapter.startsWith('.'))
  }

  /** While `during` runs, this does not work in apps of our own. */
  async withFault(what: 'begin' | 'check', during: () => Promise<void>): Promise<void> {
    const file = path.join(this.#faults, what)
    writeFileSync(file, '')
    await during()
    rmSync(file)
  }

  count(line: string): number {
    return this.program.output.split(`${line}\n`).length - 1
  }

  /** The framework of each app has ended it in this process, once, and before `onShutdown`. */
  assertClosed(pid: number, signal?: string): void {
    for (const { app, closes } of this.places) {
      const line = `${app} closes at ${closes === 'told' ? signal : undefined} in ${pid}`
      if (closes) assert.equal(this.count(line), 2, `${line}: twice, as there are two`)
    }
    const lines = this.program.output.split('\n')
    const last = (what: RegExp): number => lines.findLastIndex((line) => what.test(line))
    const over = last(new RegExp(`^onShutdown in ${pid}$`))
    assert.ok(over > last(new RegExp(` closes at .* in ${pid}$`)), 'onShutdown is after the frameworks')
    assert.equal(this.count(`onShutdown in ${pid}`), 1)
  }

  /** No request was being answered when the frameworks closed. */
  assertAnsweredFirst(pid: number): void {
    const lines = this.program.output.split('\n')
    const answered = lines.lastIndexOf(`slow request ends in ${pid}`)
    const closes = lines.findIndex((line) => / closes at /.test(line) && line.endsWith(` in ${pid}`))
    assert.ok(closes < 0 || answered < closes, 'a framework closes before the last answer')
  }

  /** One request at each place; returns when the apps have all of them. */
  async beginRequests(): Promise<ReturnType<typeof get>[]> {
    const before = this.count('slow request begins')
    const answers = this.places.map(({ port }) => get(port, '/slow?ms=1000'))
    for (const answer of answers) answer.catch(() => {})
    await this.program.until(
      () => this.count('slow request begins') === before + answers.length,
      `${answers.length} slow requests`,
    )
    return answers
  }

  /** How many requests there were in the whole program, by their routes. */
  async routes(): Promise<Map<string | undefined, number>> {
    const { body } = await get(this.questions)
    const metrics = JSON.parse(body) as {
      name: string
      series: { labels: Record<string, string>; counts: number[] }[]
    }[]
    const { series = [] } = metrics.find(({ name }) => name === 'http_server_request_duration_seconds') ?? {}
    const routes = new Map<string | undefined, number>()
    for (const { labels, counts } of series) {
      const route = labels['http_route']
      routes.set(
        route,
        counts.reduce((sum, count) => sum + count, routes.get(route) ?? 0),
      )
    }
    return routes
  }
}
