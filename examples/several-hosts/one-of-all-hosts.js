import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

/** How long the lock outlasts a host that dies with it, in ms. */
const life = 5000

/** Takes the lock, or renews it; 0 if somebody else has it. */
const take = `
  local holder = redis.call('GET', KEYS[1])
  if holder and holder ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1`

const giveBack = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`

/**
 * Calls `work` while this process has the lock `key`, which one process of all hosts has at a time. It is for `onLead`,
 * so that only one worker of each host wants it.
 */
export async function oneOfAllHosts({ redis, key, signal, work }) {
  const id = randomUUID()
  const evaluate = (script) => redis.eval(script, { keys: [key], arguments: [id, String(life)] })
  for (;;) {
    if ((await evaluate(take)) === 1) await workWithLock(signal, work, evaluate)
    // Rejects at the abort, as it may.
    await sleep(1000, undefined, { signal })
  }
}

async function workWithLock(signal, work, evaluate) {
  const over = new AbortController()
  const holding = hold(over, evaluate)
  try {
    await work(AbortSignal.any([signal, over.signal]))
  } finally {
    over.abort()
    await holding
    await evaluate(giveBack)
  }
}

/** Renews the lock, and says that it is over while nobody else can have it yet, whether Redis answers or not. */
async function hold(over, evaluate) {
  let timer
  for (let asked = Date.now(), isHeld = true; isHeld && !over.signal.aborted;) {
    clearTimeout(timer)
    timer = setTimeout(() => over.abort(), asked + 0.8 * life - Date.now())
    await sleep(life / 5, undefined, { signal: over.signal }).catch(() => {})
    asked = Date.now()
    isHeld = (await evaluate(take).catch(() => 0)) === 1
  }
  clearTimeout(timer)
  over.abort()
}
