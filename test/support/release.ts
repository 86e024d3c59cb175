import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { temporaryFolder } from './temporary-folder.ts'

const core = import.meta.resolve('@clustered/core')

/** What a release does wrong, if anything. */
export const faults = {
  'throws at boot': 'throw new Error("bad release")',
  'has a syntax error': 'this is no JavaScript',
  'exits at boot': 'if (cluster.isWorker) process.exit(7)',
  'never listens': 'if (cluster.isWorker) await new Promise(() => setInterval(() => {}, 1000))',
  'dies during its soak': 'if (cluster.isWorker) setTimeout(() => { throw new Error("bad release") }, 500)',
}

function source(version: string, fault: string): string {
  return `
    import { existsSync, writeFileSync } from 'node:fs'
    import cluster from 'node:cluster'
    import { setTimeout as sleep } from 'node:timers/promises'
    import { clustered } from ${JSON.stringify(core)}
    ${fault}
    const current = clustered(async (request, response) => {
      const ms = new URL(request.url, 'http://x').searchParams.get('ms')
      if (ms) await sleep(Number(ms))
      response.end(${JSON.stringify(version)} + ' in ' + process.cwd())
    }, JSON.parse(process.env.OPTIONS)).listen(0)
    if (current.role === 'primary')
      process.on('message', (call) => current[call]().then(() => process.send('ok'), (error) =>
        process.send({ code: error.code, message: error.message, stack: error.cause?.stack })))
  `
}

/** A deploy folder: `releases/<version>/server.js`, and the symlink `current` to one of them. */
export class Deploy {
  readonly root: string = temporaryFolder()

  get current(): string {
    return path.join(this.root, 'current')
  }

  /** Writes a release and moves `current` to it. @returns the release's folder. */
  release(version: string, fault = ''): string {
    const folder = this.write(version, fault)
    const link = path.join(this.root, 'next')
    symlinkSync(folder, link)
    renameSync(link, this.current)
    return folder
  }

  /** Writes a release, over what was there, and moves nothing. */
  write(version: string, fault = '', folderName = version): string {
    const folder = path.join(this.root, 'releases', folderName)
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(path.join(folder, 'server.js'), source(version, fault))
    return folder
  }
}
