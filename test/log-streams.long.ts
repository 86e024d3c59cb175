import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { get, pidsOf } from './support/http.ts'
import { freePort } from './support/port.ts'
import { childrenOf, eventually, isAlive } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const fixture = fileURLToPath(new URL('../fixtures/talks.js', import.meta.url))

interface Talker {
  port: number
  pid: number
  /** Takes the reader of the log away. */
  mute: () => void
  exitCode: () => Promise<unknown>
}

async function begin(
  context: TestContext,
  command: string[],
  stdio: ('ignore' | 'pipe' | number)[],
  env: Record<string, string> = {},
) {
  const port = await freePort()
  const child = spawn(command[0]!, command.slice(1), {
    stdio,
    env: {
      ...process.env,
      NODE_TEST_CONTEXT: undefined,
      NODE_OPTIONS: undefined,
      PORT: String(port),
      ...env,
    },
  })
  for (const stream of [child.stdout, child.stderr]) stream?.resume()
  const exit = new Promise<unknown>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal)),
  )
  context.after(() => child.kill('SIGKILL'))
  await eventually(
    () =>
      get(port).then(
        () => true,
        () => false,
      ),
    'it listens',
  )
  return { port, child, exit }
}

/** The ways in which a log comes to have no taker. */
const ends: Record<string, (context: TestContext, env?: Record<string, string>) => Promise<Talker>> = {
  'the reader of its pipe is gone': async (context, env) => {
    const { port, child, exit } = await begin(
      context,
      [process.execPath, fixture],
      ['ignore', 'pipe', 'pipe'],
      env,
    )
    const mute = (): void => {
      child.stdout!.destroy()
      child.stderr!.destroy()
    }
    return { port, pid: child.pid!, mute, exitCode: () => exit }
  },
  'its file system is full from the start': async (context, env) => {
    const full = openSync('/dev/full', 'w')
    const { port, child, exit } = await begin(
      context,
      [process.execPath, fixture],
      ['ignore', full, full],
      env,
    )
    closeSync(full)
    return { port, pid: child.pid!, mute: () => {}, exitCode: () => exit }
  },
  'its terminal is closed, though it is not the one in charge': async (context, env) => {
    const folder = temporaryFolder()
    const [pidFile, codeFile] = ['pid', 'code'].map((name) => path.join(folder, name))
    const shell = `${process.execPath} ${fixture} & echo $! > ${pidFile}; wait $!; echo $? > ${codeFile}`
    const { port, child } = await begin(
      context,
      ['script', '-qfc', `setsid -w bash -c '${shell}'`, '/dev/null'],
      ['ignore', 'pipe', 'pipe'],
      env,
    )
    const pid = Number(readFileSync(pidFile!, 'utf8'))
    context.after(() => isAlive(pid) && process.kill(pid, 'SIGKILL'))
    const exitCode = async (): Promise<unknown> => {
      const read = (): string => {
        try {
          return readFileSync(codeFile!, 'utf8')
        } catch {
          return ''
        }
      }
      await eventually(() => read().endsWith('\n'), 'it ends')
      return Number(read())
    }
    return { port, pid, mute: () => child.kill('SIGKILL'), exitCode }
  },
  'its descriptors 0 to 2 are closed': async (context, env) => {
    const shell = `exec ${process.execPath} ${fixture} 0<&- 1>&- 2>&-`
    const { port, child, exit } = await begin(context, ['bash', '-c', shell], ['ignore', 'pipe', 'pipe'], env)
    return { port, pid: child.pid!, mute: () => {}, exitCode: () => exit }
  },
}

/** In clock ticks, of user and system. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return Number(fields[11]) + Number(fields[12])
}

const ticksPerSecond = 100

describe('a log that nobody takes', () => {
  for (const [name, begins] of Object.entries(ends))
    it(`loses lines and nothing else: ${name}`, async (t) => {
      const { port, pid, mute, exitCode } = await begins(t, { THREAD: '1' })
      const before = await pidsOf(port, 2)
      mute()
      for (let asked = 0; asked < 50; asked++) assert.equal((await get(port)).status, 200)
      assert.deepEqual(await pidsOf(port, 2), before, 'no worker was replaced')

      const [killed] = [...before]
      process.kill(killed!, 'SIGKILL')
      await eventually(
        async () => childrenOf(pid).length === 2 && !childrenOf(pid).includes(killed!),
        'another',
      )
      await pidsOf(port, 2)

      const [crashed] = childrenOf(pid)
      assert.equal((await get(port, '/throw')).status, 500)
      await eventually(() => childrenOf(pid).some((child) => child !== crashed), 'another after a crash')

      await eventually(
        async () => (await pidsOf(port, 2)).size === 2 && childrenOf(pid).length === 2,
        'two serve',
      )
      const old = childrenOf(pid)
      // Not SIGHUP, which to one whose terminal is gone means the end.
      process.kill(pid, 'SIGUSR2')
      await eventually(
        () => childrenOf(pid).length === 2 && !childrenOf(pid).some((child) => old.includes(child)),
        'a reload',
      )

      const workers = [...(await pidsOf(port, 2))]
      const used = [pid, ...workers].map(cpuOf)
      await new Promise((resolve) => setTimeout(resolve, 1000))
      for (const [index, one] of [pid, ...workers].entries())
        assert.ok(cpuOf(one) - used[index]! < ticksPerSecond / 2, `${one} does not spin`)

      process.kill(pid, 'SIGTERM')
      assert.equal(await exitCode(), 0)
    })

  it('loses lines and nothing else in single mode', async (t) => {
    const { port, pid, mute, exitCode } = await ends['the reader of its pipe is gone']!(t, { WORKERS: '0' })
    mute()
    for (let asked = 0; asked < 50; asked++) assert.equal((await get(port)).body, String(pid))
    process.kill(pid, 'SIGTERM')
    assert.equal(await exitCode(), 0)
  })
})
