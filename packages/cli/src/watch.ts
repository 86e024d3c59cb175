import cluster from 'node:cluster'
import { realpathSync, type Stats } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from '@clustered/core'
import type { Log } from '@clustered/core/control'
import { watch as watchFiles } from 'chokidar'
import { errorColors as colors } from './colors.ts'
import { Haste } from './haste.ts'
import { type Ignore, isIgnored } from './ignored.ts'
import { versionOf, WrittenFiles } from './written-files.ts'

/** In ms: an editor that saves all of its files is one change. */
const pause = 50

/** In ms. What the app has open for longer than that, such as a log, is its own. */
const longestWrite = 1000

export interface Watched {
  envFile: string | undefined
  /** What `--ignore` says. */
  ignore: Ignore
  /** Which to watch; all of the working directory if none is given. */
  folders?: readonly string[] | undefined
  log: Log
}

/** Reloads whenever a file below the working directory, or one of its `folders`, is saved. */
export function watch(program: Cluster, { envFile, ignore, folders = ['.'], log }: Watched): void {
  const root = process.cwd()
  const watched = folders.map((folder) => path.resolve(root, folder))
  const alsoWatched = envFile && path.resolve(envFile)
  const began = Date.now()
  let scanned = false
  const files = watchFiles([...watched, ...(alsoWatched ? [alsoWatched] : [])], {
    alwaysStat: true,
    ignored: (file, stats) =>
      file !== alsoWatched && isIgnored(path.relative(root, file), stats?.isFile() ?? false, ignore),
  })
  const saves = new Saves(program, root, log)
  files.on('all', (event, file, stats?: Stats) => {
    if (event === 'addDir' || event === 'unlinkDir') return
    // At first it names what is there: only what has been saved since is news.
    if (scanned || (stats?.mtimeMs ?? 0) > began) saves.add(file)
  })
  files.on('error', (error) => log.error('watch', `cannot watch: ${(error as Error).message}`))
  const ready = new Promise<void>((resolve) => files.once('ready', resolve)).then(() => (scanned = true))
  Promise.all([ready, program.ready]).then(
    () => log.info('watch', `watching ${watched.join(' and ')}`),
    () => {},
  )
  program.on('close', () => {
    saves.close()
    void files.close()
  })
}

/** What has changed since the last reload was asked for. */
class Saves {
  readonly #program: Cluster
  readonly #root: string
  readonly #log: Log
  readonly #written = new WrittenFiles()
  readonly #haste: Haste
  readonly #changed = new Set<string>()
  /** As each file was when a reload was asked for because of it: one save may be told in two events. */
  readonly #known = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(program: Cluster, root: string, log: Log) {
    this.#program = program
    this.#root = root
    this.#log = log
    this.#haste = new Haste(program)
    cluster.on('message', (worker, message) => this.#written.take(worker.id, message))
    cluster.on('exit', (worker) => this.#written.forget(worker.id))
  }

  add(file: string): void {
    this.#changed.add(file)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#look(), pause)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  async #look(): Promise<void> {
    const changed = [...this.#changed]
    this.#changed.clear()
    const isOwn = await Promise.all(changed.map((file) => this.#isOwn(realName(file))))
    const saved = changed
      .filter((file, index) => !isOwn[index] && this.#isNew(file))
      .map((file) => path.relative(this.#root, file))
    if (saved.length === 0 || this.#closed) return
    const delay = this.#haste.delay(saved)
    if (delay > 0) {
      this.#log.info(
        'watch',
        `${saved.join(', ')}: changed again while the app boots. The next reload is in ${delay} ms. ` +
          `If it is written at each boot: --ignore '${saved[0]}'`,
      )
      await sleep(delay, undefined, { ref: false })
    }
    if (!this.#closed) await reload(this.#program, saved, this.#log)
  }

  #isNew(file: string): boolean {
    const [known, version] = [this.#known.get(file), versionOf(file)]
    this.#known.set(file, version)
    return version !== known
  }

  async #isOwn(file: string, isSecondLook = false): Promise<boolean> {
    const deadline = performance.now() + longestWrite
    while (this.#written.isOpen(file)) {
      if (performance.now() > deadline) return true
      await sleep(pause, undefined, { ref: false })
    }
    if (this.#written.isOwn(file)) return true
    if (isSecondLook || !this.#written.has(file)) return false
    // That a worker has begun to write it again may be on its way.
    await sleep(pause, undefined, { ref: false })
    return this.#isOwn(file, true)
  }
}

/** As a worker names it. */
function realName(file: string): string {
  try {
    return path.join(realpathSync(path.dirname(file)), path.basename(file))
  } catch {
    return file
  }
}

async function reload(program: Cluster, saved: readonly string[], log: Log): Promise<void> {
  const began = Date.now()
  const [file, ...others] = saved
  log.info('watch', `${file}${others.length > 0 ? ` and ${others.length} more` : ''} has changed`)
  try {
    await program.reload()
    log.info('watch', `${colors.green('the new code serves')}, after ${Date.now() - began} ms`)
  } catch {
    // Node and the reporter have said what is wrong with it.
    log.info('watch', colors.red('the last good version goes on serving'))
  }
}
