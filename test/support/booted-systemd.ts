import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { childrenOf, eventually } from './program.ts'
import { temporaryFolder } from './temporary-folder.ts'

const manager = '/lib/systemd/systemd'
const checkout = fileURLToPath(new URL('../../../', import.meta.url))

/** Why systemd cannot be booted here, if so. CI has all that it takes, and fails without it. */
export function whyNoSystemd(): string | false {
  if (process.env['CI']) return false
  if (process.getuid?.() !== 0) return 'needs root'
  return (
    ![manager, '/usr/bin/nsenter', '/usr/bin/unshare'].every((file) => existsSync(file)) &&
    'systemd is not installed'
  )
}

/** Where the units of an administrator are, and where those of the machine's are in there. */
export const units = '/etc/systemd/system'
export const unitsInside = '/run/units'

const log = '/run/log.txt'

/** What a boot needs of targets: those of the distribution would start what is not wanted here. */
const targets = [
  'default',
  'sysinit',
  'basic',
  'multi-user',
  'network-online',
  'sockets',
  'shutdown',
  'umount',
]

/**
 * In namespaces of its own, of which only the network is that of the machine: nothing that systemd writes to /run, /etc or
 * the control groups is seen outside, and what it may not change of the kernel it cannot. The checkout is at
 * /srv/clustered, and Node.js at /usr/bin/node, for every user.
 */
const inside = `
set -eu
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /srv
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount --bind /dev/null /dev/console
touch /run/node
mount --bind "$NODE" /run/node
for folder in etc usr/bin var; do
  mkdir -p /run/over/$folder/upper /run/over/$folder/work
  mount -t overlay overlay -o lowerdir=/$folder,upperdir=/run/over/$folder/upper,workdir=/run/over/$folder/work /$folder
done
rm -f /usr/bin/node
touch /usr/bin/node
mount --bind /run/node /usr/bin/node
mkdir -p /srv/clustered /srv/shop
mount --bind "$CHECKOUT" /srv/clustered
mount --bind "$SHOP" /srv/shop
mkdir ${unitsInside}
mount --bind "$UNITS" ${unitsInside}
mount -t tmpfs -o mode=1777 tmpfs /tmp
echo 'shop:x:977:977::/srv/shop:/usr/sbin/nologin' >>/etc/passwd
echo 'shop:x:977:' >>/etc/group
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
export container=other SYSTEMD_UNIT_PATH=${unitsInside} SYSTEMD_LOG_TARGET=console
exec ${manager} --system --unit=default.target
`

/** A machine of its own, as far as systemd is concerned. To be ended when the tests are over. */
export class BootedSystemd {
  readonly root: string = temporaryFolder()
  /** Is /srv/shop. */
  readonly shop: string = path.join(this.root, 'shop')
  readonly #units: string = path.join(this.root, 'units')
  readonly #group: string
  readonly #outer: ChildProcess
  /** What systemd, and what has no other place, has written. */
  console = ''
  #cleared = 0
  /** Its first process. */
  init = 0

  static async boot(): Promise<BootedSystemd> {
    const machine = new BootedSystemd()
    try {
      await eventually(() => machine.#hasBooted(), 'systemd has booted')
    } catch (error) {
      await machine.end()
      throw error
    }
    return machine
  }

  private constructor() {
    for (const folder of [this.root, this.shop, this.#units]) mkdirSync(folder, { recursive: true })
    execFileSync('chmod', ['-R', 'a+rX', this.root])
    for (const target of targets)
      writeFileSync(path.join(this.#units, `${target}.target`), `[Unit]\nDescription=${target}\n`)
    // There is no journal.
    this.install('service.d/log.conf', `[Service]\nStandardOutput=append:${log}\n`)
    const groups = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((folder) =>
      existsSync(path.join(folder, 'cgroup.controllers')),
    )!
    this.#group = path.join(groups, path.basename(this.root))
    mkdirSync(this.#group)
    // It ends with the test, however that ends: then its stdin does.
    const script = `
      echo $$ >'${this.#group}/cgroup.procs'
      exec 3<&0
      unshare --pid --mount --uts --ipc --cgroup --fork --mount-proc --kill-child sh -c "$INSIDE" 3<&- &
      read -r _ <&3
      kill -9 $!
      wait $!`
    this.#outer = spawn('sh', ['-c', script], {
      env: {
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        NODE: process.execPath,
        CHECKOUT: checkout,
        SHOP: this.shop,
        UNITS: this.#units,
        INSIDE: inside,
      },
    })
    for (const stream of [this.#outer.stdout!, this.#outer.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (this.console += text))
  }

  /** @param name as in /etc/systemd/system. */
  install(name: string, text: string): void {
    const at = path.join(this.#units, name)
    mkdirSync(path.dirname(at), { recursive: true })
    writeFileSync(at, text)
  }

  /** Stops what was installed, and takes it away. */
  clear(): void {
    const installed = readdirSync(this.#units).filter((name) => /\.(service|socket)$/.test(name))
    if (installed.length > 0) this.tryRun('systemctl', 'stop', ...installed)
    for (const name of readdirSync(this.#units))
      if (/\.(service|socket)(\.d)?$/.test(name)) rmSync(path.join(this.#units, name), { recursive: true })
    this.run('systemctl', 'reset-failed')
    this.#cleared = this.#allLogged.length
  }

  /** Runs a command in there, as root, and throws if it fails. */
  run(command: string, ...args: string[]): string {
    const { status, stdout, stderr } = this.tryRun(command, ...args)
    if (status !== 0)
      throw new Error(
        `${command} ${args.join(' ')}: ${status} ${stdout}${stderr}\n${this.log}\n${this.console}`,
      )
    return stdout
  }

  tryRun(command: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
    return spawnSync('nsenter', [...this.#into, command, ...args], { encoding: 'utf8', env: this.#env })
  }

  /** The same, while this process goes on. */
  async runLong(command: string, ...args: string[]): Promise<number> {
    const child = spawn('nsenter', [...this.#into, command, ...args], { env: this.#env, stdio: 'ignore' })
    const [code] = (await once(child, 'exit')) as [number]
    return code
  }

  /** What systemd knows of a unit. */
  show(unit: string, property: string): string {
    return this.run('systemctl', 'show', '--value', '-p', property, unit).trim()
  }

  /** What services have written since. */
  get log(): string {
    return this.#allLogged.slice(this.#cleared)
  }

  get #allLogged(): string {
    const file = `/proc/${this.init}/root${log}`
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }

  /** A process of the machine, as this one sees it. */
  pidOutside(pid: number): number {
    const all = execFileSync('sh', ['-c', 'grep -H ^NSpid /proc/[0-9]*/status 2>/dev/null || true'], {
      encoding: 'utf8',
    })
    const [, outside] = new RegExp(`^/proc/(\\d+)/status:NSpid:\\s+\\d+\\s+${pid}$`, 'm').exec(all) ?? []
    return Number(outside)
  }

  get #into(): string[] {
    return ['-t', String(this.init), '-m', '-p', '-C', '--']
  }

  get #env(): NodeJS.ProcessEnv {
    return { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', SYSTEMD_COLORS: '0' }
  }

  #hasBooted(): boolean {
    if (this.#outer.exitCode !== null) throw new Error(`systemd has not booted: ${this.console}`)
    const [unshare] = childrenOf(this.#outer.pid!)
    const [init] = unshare === undefined ? [] : childrenOf(unshare)
    if (init === undefined || !readFileSync(`/proc/${init}/cmdline`, 'utf8').startsWith(manager)) return false
    this.init = init
    return this.tryRun('systemctl', 'is-system-running').stdout.trim() === 'running'
  }

  async end(): Promise<void> {
    const ended = once(this.#outer, 'close')
    const isRunning = this.#outer.exitCode === null
    this.#outer.stdin!.end()
    if (isRunning) await ended
    console.error(readFileSync(path.join(this.#group, 'cpu.stat'), 'utf8').slice(0, 60))
    await eventually(() => removeGroup(this.#group), 'its processes are gone')
  }
}

function removeGroup(group: string): boolean {
  const below = execFileSync('find', [group, '-depth', '-type', 'd'], { encoding: 'utf8' }).trim().split('\n')
  try {
    for (const folder of below) rmdirSync(folder)
    return true
  } catch {
    return false
  }
}
