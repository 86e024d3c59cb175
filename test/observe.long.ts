import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { get } from './support/http.ts'
import { Figures } from './support/observed.ts'
import { eventually, type Program, start } from './support/program.ts'
import { hasPrometheus, Prometheus, samples } from './support/prometheus.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

interface Panel {
  id: number
  type: string
  title: string
  gridPos: { x: number; y: number; w: number; h: number }
  targets?: { refId: string; expr: string; legendFormat: string }[]
}

interface Dashboard {
  panels: Panel[]
  annotations: { list: { name: string; target: { expr: string } }[] }
}

const dashboard = JSON.parse(readFileSync(path.join(samples, 'grafana.json'), 'utf8')) as Dashboard

/** As Grafana does it. */
function fillIn(query: string): string {
  return query
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('"$job"', '"shop"')
    .replaceAll('"$instance"', '".*"')
}

function promtool(args: string[], input = ''): void {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8', input })
  assert.equal(status, 0, `promtool ${args.join(' ')}:\n${stdout}${stderr}`)
}

/** A program lives through all that a panel can show, while Prometheus looks on. */
async function observe(t: TestContext): Promise<{ program: Program; prometheus: Prometheus; admin: number }> {
  const folder = temporaryFolder()
  const FAIL_BOOT = path.join(folder, 'fails')
  const OPTIONS = JSON.stringify({ workers: 2, hangTimeout: 1000, admin: { port: 0 } })
  const program = start(t, 'observed.js', { env: { OPTIONS, FAIL_BOOT } })
  const port = await program.listens()
  const admin = Number((await program.sees(/admin server at http:\S+:(\d+)/))[1])
  const prometheus = await Prometheus.start(t, admin)
  await get(port)
  await get(port, '/crash')
  await Figures.become(program, 'clustered_worker_exits_total{reason=crash}', 1)
  await get(port, '/spin').catch(() => {})
  await Figures.become(program, 'clustered_worker_exits_total{reason=hung}', 1)
  await Figures.become(program, 'clustered_slots_ready', 2)
  program.kill('SIGHUP')
  await Figures.become(program, 'clustered_reloads_total{outcome=done}', 1)
  writeFileSync(FAIL_BOOT, '')
  program.kill('SIGHUP')
  await Figures.become(program, 'clustered_reloads_total{outcome=failed}', 1)
  await get(port)
  return { program, prometheus, admin }
}

describe(
  'what Prometheus makes of it',
  { skip: !hasPrometheus && !process.env['CI'] && 'prometheus is not installed' },
  () => {
    it('the page is read, and every query of the dashboard and of the alerts finds what it is about', async (t) => {
      const { program, prometheus, admin } = await observe(t)
      await eventually(
        async () =>
          (await prometheus.query('increase(clustered_reloads_total{outcome="failed"}[1m]) > 0')).length > 0,
        'it has seen the last of it',
      )

      assertDocumented(await Figures.of(program))
      const { body, headers } = await get(admin, '/metrics')
      assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
      promtool(['check', 'metrics'], body)
      // In text that bound is 1.
      const inOpenMetrics = await prometheus.query('clustered_reload_duration_seconds_bucket{le="1.0"}')
      assert.equal(inOpenMetrics.length, 1, 'it was read as OpenMetrics')

      for (const { title, targets = [] } of dashboard.panels)
        for (const { expr, legendFormat } of targets) {
          // That would find something even if the rest does not.
          const found = await prometheus.query(fillIn(expr).replaceAll(' or vector(0)', ''))
          assert.ok(found.length > 0, `${title} finds nothing: ${expr}`)
          for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
            assert.ok(
              found.some(({ metric }) => metric[label!]),
              `${title} names ${label}, which is nowhere: ${expr}`,
            )
        }
      for (const { name, target } of dashboard.annotations.list)
        assert.ok(
          (await prometheus.query(fillIn(target.expr))).length > 0,
          `${name} finds nothing: ${target.expr}`,
        )

      let rules = await prometheus.rules()
      await eventually(async () => {
        rules = await prometheus.rules()
        return rules.every(({ health }) => health !== 'unknown')
      }, 'each rule has had its turn')
      assert.ok(rules.length > 0)
      for (const { name, query, health, lastError } of rules) {
        assert.equal(health, 'ok', `${name}: ${lastError}`)
        await assertNames(prometheus, query, name)
      }
    })

    it('the alerts and the configuration are valid, and each alert is of the fault that it names', () => {
      promtool(['check', 'config', path.join(samples, 'prometheus.yml')])
      promtool(['test', 'rules', fileURLToPath(new URL('../fixtures/alerts.yml', import.meta.url))])
    })
  },
)

/** The page of the documentation has each metric, with its type and its labels, and no other. */
function assertDocumented({ metrics }: Figures): void {
  const page = readFileSync(path.join(samples, 'metrics.md'), 'utf8')
  const rows = [...page.matchAll(/^\| (`[a-z].*?) \| (counter|gauge|histogram) *\| (.*?) \|/gm)]
  const names = (cell: string): string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!)
  const told = rows.flatMap(([, cell, type, labels]) =>
    names(cell!).map((name) => `${name}: ${type} of ${names(labels!).toSorted().join(', ')}`),
  )
  const made = metrics.map(({ name, type, series }) => {
    const labels = new Set(series.flatMap((one) => Object.keys(one.labels)))
    return `${name}: ${type} of ${[...labels].toSorted().join(', ')}`
  })
  assert.deepEqual(told.toSorted(), made.toSorted())
}

/** Every metric that the query names is there, and has the labels that it is asked for by. */
async function assertNames(prometheus: Prometheus, query: string, where: string): Promise<void> {
  const selectors = [...query.matchAll(/\b((?:clustered|http|nodejs|process)_\w+)(?:\{(.*?)\})?/g)].filter(
    ([, name]) => !/^http_(request_method|response_status_code|route)$/.test(name!),
  )
  assert.ok(selectors.length > 0, query)
  for (const [, name, matchers = ''] of selectors) {
    const labels = await prometheus.labels(name!)
    const asked = [...matchers.matchAll(/(\w+)(?:=|!=|=~|!~)"/g)].map(([, label]) => label!)
    for (const label of ['job', ...asked])
      assert.ok(labels.includes(label), `${where}: ${name} has no ${label}`)
  }
}

describe('the dashboard', () => {
  it('has every panel in a place of its own, and every query under a name of its own', () => {
    const { panels } = dashboard
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
    const taken = new Set<string>()
    for (const { title, type, targets, gridPos } of panels) {
      const { x, y, w, h } = gridPos
      assert.ok(x + w <= 24, title)
      for (let column = x; column < x + w; column++)
        for (let line = y; line < y + h; line++) {
          assert.ok(!taken.has(`${column} ${line}`), `${title} is on top of another panel`)
          taken.add(`${column} ${line}`)
        }
      if (type === 'row') continue
      const names = targets?.map(({ refId }) => refId) ?? []
      assert.ok(names.length > 0, title)
      assert.equal(new Set(names).size, names.length, title)
    }
  })
})
