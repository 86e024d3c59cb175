import type { Fault, Happening, LiveProgram, Sample } from '../../packages/core/dist/control/live/live.js'
import type { ProgramStatus } from '../../packages/core/dist/control/status.js'

type Worker = ProgramStatus['workers'][number]
type Slot = ProgramStatus['bySlot'][number]

const minute = 60_000
const day = 24 * 60 * minute

/** A program with this many workers that serves well, and did for five minutes. */
export function allWell(count = 8, now = Date.now()): LiveProgram {
  const workers = Array.from({ length: count }, (_, slot) => worker(slot, 12, now - 3 * day - slot * 900))
  const status: ProgramStatus = {
    name: 'shop',
    pid: 4200,
    state: 'ready',
    entry: '/srv/shop/current/server.js',
    cwd: '/srv/shop/current',
    container: null,
    version: 'v24.21.0',
    startedAt: now - 3 * day - 7 * minute,
    address: '[::]:8000',
    balance: 'kernel',
    generation: 12,
    slots: count,
    listen: true,
    bounds: null,
    bySlot: workers.map(({ slot, pid }) => filled(slot, pid)),
    lastReload: { generation: 12, state: 'done', at: now - 3 * day },
    restarts: 0,
    drainTimeout: 10_000,
    shutdownDelay: 0,
    primary: { rss: 58e6 },
    workers,
  }
  const happened: Happening[] = [
    say(now - 3 * day, 'info', 'reload:start', 'reload to generation 12 begins', { generation: 12 }),
    ...workers.map(({ slot, pid }) =>
      say(
        now - 3 * day + slot * 900,
        'info',
        'worker:ready',
        `worker ${slot} (pid ${pid}, generation 12) is ready after ${371 + slot * 7} ms`,
        { slot, pid, generation: 12 },
      ),
    ),
    say(now - 3 * day + 9000, 'info', 'reload:done', 'reload done: every slot is on generation 12'),
  ]
  return { status, samples: samples(now, count), happened, faults: [], mayChange: true }
}

/** Three of the slots have the new generation, and the fourth has both. */
export function reloading(count = 8, done = 3, now = Date.now()): LiveProgram {
  const program = allWell(count, now)
  const { status, happened } = program
  status.generation = 13
  status.lastReload = { generation: 13, state: 'under way', at: now - 6000 }
  happened.push(
    say(now - 6000, 'info', 'reload:start', 'reload to generation 13 begins', { generation: 13 }),
    say(now - 5000, 'info', 'worker:ready', 'worker 0 (pid 5300, generation 13) is ready after 402 ms', {
      slot: 0,
      pid: 5300,
    }),
    say(now - 4900, 'info', 'worker:drain', 'worker 0 (pid 4300, generation 12) drains: reload', {
      slot: 0,
      pid: 4300,
    }),
  )
  for (let slot = 0; slot < done; slot++) {
    status.workers[slot] = worker(slot, 13, now - 5000 + slot * 900)
    status.bySlot[slot] = filled(slot, 5300 + slot)
  }
  status.workers.push(
    { ...worker(done - 1, 12, now - 3 * day), state: 'draining' },
    { ...worker(done, 13, now - 400), state: 'booting', vitals: undefined },
  )
  return program
}

export function hanging(now = Date.now()): LiveProgram {
  const program = allWell(8, now)
  const text = 'worker 3 (pid 4303, generation 12) hangs: for 10012 ms, on GET /report'
  program.happened.push(
    say(
      now - 5000,
      'warn',
      'worker:lag',
      'worker 3 (pid 4303, generation 12) has not turned its event loop for 5003 ms, on GET /report',
      { slot: 3, pid: 4303 },
    ),
    say(now - 800, 'error', 'worker:hung', text, { slot: 3, pid: 4303 }),
  )
  program.faults.push(hang(now - 800))
  for (const one of program.samples.slice(-10)) one.loopDelay = 900 * (1 + (one.at % 7))
  return program
}

/** Slot 3 has lost its worker, and no new one comes up. */
export function crashLoop(now = Date.now(), slots = [3]): LiveProgram {
  const program = allWell(8, now)
  const { status, happened } = program
  status.state = 'degraded'
  status.restarts = slots.length
  for (const slot of slots) {
    status.workers = status.workers.filter((one) => one.slot !== slot)
    const words = "Error: Cannot find module './db' at /srv/shop/current/lib/orders.js:3:12"
    status.bySlot[slot] = {
      slot,
      state: 'empty',
      pid: undefined,
      failures: 7,
      nextBoot: now + 8000,
      lastFailure: {
        at: now - 4000,
        pid: 6107,
        generation: 12,
        reason: 'exit code 1',
        code: 1,
        signal: null,
        lastWords: words,
      },
    }
    happened.push(
      say(
        now - 4 * minute,
        'error',
        'worker:exit',
        `worker ${slot} (pid 430${slot}, generation 12) is gone: killed by SIGKILL`,
        { slot, pid: 4303 },
      ),
    )
    for (let failure = 1; failure <= 7; failure++) {
      const at = now - 4 * minute + 30_000 * failure
      happened.push(
        say(
          at,
          'error',
          'worker:exit',
          `worker ${slot} (pid ${6100 + failure}, generation 12) is gone: exit code 1, ${words}`,
          { slot, pid: 6100 + failure },
        ),
        say(
          at + 5,
          'warn',
          'slot:backoff',
          `slot ${slot} is empty: crash loop: ${failure} failures in a row; the next boot is in ${250 * 2 ** failure} ms`,
          { slot },
        ),
      )
    }
  }
  program.faults.push({
    at: now - 4000,
    kind: 'crash',
    slot: slots[0]!,
    pid: 6107,
    generation: 12,
    request: null,
    what: "Error: Cannot find module './db'",
    stack: [
      "Error: Cannot find module './db'",
      'Require stack:',
      '- /srv/shop/current/lib/orders.js',
      '- /srv/shop/current/server.js',
      '    at Module._resolveFilename (node:internal/modules/cjs/loader:1225:15)',
      '    at Module._load (node:internal/modules/cjs/loader:1051:27)',
      '    at require (node:internal/modules/helpers:177:18)',
      '    at Object.<anonymous> (/srv/shop/current/lib/orders.js:3:12)',
      '    at Module._compile (node:internal/modules/cjs/loader:1554:14)',
    ].join('\n'),
  })
  return program
}

export function closing(now = Date.now()): LiveProgram {
  const program = allWell(8, now)
  program.status.state = 'closing'
  program.status.workers = program.status.workers.slice(0, 3).map((one) => ({ ...one, state: 'draining' }))
  program.status.bySlot = program.status.bySlot.map((slot) => ({ ...slot, state: 'empty', pid: undefined }))
  program.happened.push(say(now - 2000, 'info', 'close', 'closing: SIGTERM'))
  return program
}

/** 200 lines, and a stack of 400. */
export function muchToSay(now = Date.now()): LiveProgram {
  const program = allWell(8, now)
  program.happened = Array.from({ length: 200 }, (_, i) => {
    const at = now - (200 - i) * 1700
    if (i % 9 === 4)
      return say(
        at,
        'error',
        'worker:crash',
        `worker ${i % 8} (pid ${7000 + i}) crashed, TypeError: Cannot read properties of undefined (reading 'total'). It serves on until another worker has its place`,
        { slot: i % 8 },
      )
    if (i % 11 === 3)
      return say(
        at,
        'warn',
        'worker:lag',
        `worker ${i % 8} has not turned its event loop for 612 ms, on GET /a/very/long/path/${'x'.repeat(120)}`,
      )
    return say(at, 'info', 'worker:ready', `worker ${i % 8} (pid ${7000 + i}) is ready after 390 ms`, {
      slot: i % 8,
    })
  })
  const frames = Array.from(
    { length: 400 },
    (_, i) =>
      `    at ${i % 4 ? `next (/srv/shop/current/node_modules/router/index.js:${i}:15)` : `total (/srv/shop/current/lib/orders-and-a-rather-long-name/${'deep/'.repeat(12)}total.js:${i}:7)`}`,
  )
  program.faults.push(
    { ...hang(now - 3 * minute), stack: frames.join('\n') },
    {
      at: now - 40_000,
      kind: 'crash',
      slot: 4,
      pid: 7196,
      generation: 12,
      request: 'POST /orders',
      what: "TypeError: Cannot read properties of undefined (reading 'total')",
      stack: [
        "TypeError: Cannot read properties of undefined (reading 'total')",
        '    at sum (/srv/shop/current/lib/orders.js:41:27)',
        '    at post (/srv/shop/current/routes/orders.js:18:9)',
        '    at Layer.handle [as handle_request] (/srv/shop/current/node_modules/router/lib/layer.js:95:5)',
        '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
      ].join('\n'),
    },
  )
  return program
}

export function worker(slot: number, generation: number, startedAt: number): Worker {
  const busy = 0.25 + 0.5 * Math.abs(Math.sin(slot * 2.4 + generation))
  return {
    slot,
    pid: (generation > 12 ? 5300 : 4300) + slot,
    state: 'ready',
    generation,
    leads: slot === 0 && generation === 12,
    startedAt,
    vitals: {
      loopDelay: { p50: 0.4, p99: 3.1 },
      utilization: busy,
      rss: 84e6 + slot * 1e6,
      heapUsed: 31e6,
      connections: 40 + slot,
      inFlight: 3,
      requests: 91_812_331,
      requestRate: Math.round(busy * 700),
      latency: { p50: 4.2, p99: 38 },
      cpu: busy,
      lostLog: undefined,
    },
  }
}

function filled(slot: number, pid: number): Slot {
  return { slot, state: 'ready', pid, failures: 0, nextBoot: undefined, lastFailure: undefined }
}

function hang(at: number): Fault {
  return {
    at,
    kind: 'hung',
    slot: 3,
    pid: 4303,
    generation: 12,
    request: 'GET /report',
    what: 'has not turned its event loop for 10012 ms',
    stack: [
      '    at sumOf (/srv/shop/current/lib/report.js:88:13)',
      '    at Array.reduce (<anonymous>)',
      '    at monthly (/srv/shop/current/lib/report.js:112:20)',
      '    at /srv/shop/current/routes/report.js:9:22',
      '    at Layer.handleRequest (/srv/shop/current/node_modules/router/lib/layer.js:152:17)',
    ].join('\n'),
  }
}

export function say(
  at: number,
  level: Happening['level'],
  event: string,
  text: string,
  more: Partial<Happening> = {},
): Happening {
  return { at, level, event, text, ...more }
}

/** One for each of the last 300 seconds, but for some that are not known. */
export function samples(now: number, count: number): Sample[] {
  return Array.from({ length: 300 }, (_, i) => sample(now - (299 - i) * 1000, i, count)).filter(
    (_, i) => i < 90 || i > 104,
  )
}

export function sample(at: number, i: number, count: number): Sample {
  const swell = 1 + 0.3 * Math.sin(i / 40) + 0.06 * Math.sin(i * 1.7) + 0.04 * Math.sin(i * 0.61)
  return {
    at,
    requests: Math.round(count * 310 * swell),
    errors: i % 61 === 17 ? 3 : 0,
    p50: 4 * swell,
    p99: 30 * swell + (i % 47 === 5 ? 90 : 0),
    inFlight: Math.round(count * 3 * swell),
    connections: Math.round(count * 44 * (1 + 0.1 * Math.sin(i / 55))),
    loopDelay: 3 + 2 * Math.abs(Math.sin(i / 9)),
    cpu: count * 0.45 * swell,
    rss: count * 87e6 + 58e6 + i * 60_000,
    ready: count,
  }
}
