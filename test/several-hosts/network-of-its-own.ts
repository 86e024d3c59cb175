import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Its process 1 is this file's, and with that all others in it end, however that one ended. */
const own = ['--net', '--pid', '--fork', '--kill-child', '--mount-proc']
// Whoever is not root is root in a user namespace, where that is allowed.
const flags = process.getuid?.() === 0 ? own : ['--user', '--map-root-user', ...own]

const needed = ['unshare', 'nsenter', 'ip', 'haproxy', 'nginx', 'redis-server']
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` }

/** @returns why there can be no such network here. */
function hindrance(): string | undefined {
  const missing = needed.filter((tool) => spawnSync('sh', ['-c', `type ${tool}`], { env }).status !== 0)
  if (missing.length > 0) return `needs ${missing.join(', ')}`
  const trial = [
    'sh',
    '-c',
    'ip link add name trial type bridge && ip link add name trial1 type veth peer name trial2',
  ]
  const { status, stderr } = spawnSync('unshare', [...flags, ...trial], { env, encoding: 'utf8' })
  return status === 0 ? undefined : `has no network namespaces: ${stderr.trim()}`
}

/**
 * Loads a file of tests in a network and with process ids of its own, where every address and every port is free, and
 * nothing reaches any other machine. CI must have that.
 */
export async function inNetworkOfItsOwn(file: URL): Promise<void> {
  const hinders = hindrance()
  if (hinders !== undefined && !process.env['CI']) {
    const { it } = await import('node:test')
    it('has hosts of its own', { skip: hinders }, () => {})
    return
  }
  if (hinders !== undefined) throw new Error(hinders)
  const script = `
    process.on('disconnect', () => process.exit(1))
    process.channel.unref()
    await import(${JSON.stringify(file.href)})`
  const begin = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
  // Its words are this process's own, the runner's format included.
  const child = spawn(
    'unshare',
    [
      ...flags,
      ...begin,
      process.execPath,
      ...process.execArgv,
      '--input-type=module',
      '--eval',
      script,
      fileURLToPath(file),
    ],
    { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  )
  const [code] = (await once(child, 'exit')) as [number | null]
  process.exitCode = code ?? 1
}
