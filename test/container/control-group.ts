import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { eventually } from '../support/program.ts'

export interface Limits {
  /** In bytes. */
  memory?: number
  cpus?: number
}

const mount = '/sys/fs/cgroup'

/** In microseconds. */
const period = 100_000

/** Of version 2 there is one tree, of version 1 one for each controller. */
const version = existsSync(`${mount}/cgroup.controllers`) ? 2 : 1

/** In which file a limit stands, and how. */
const files = {
  memory: version === 2 ? 'memory.max' : 'memory.limit_in_bytes',
  cpu: version === 2 ? 'cpu.max' : 'cpu.cfs_quota_us',
}

/** Whether this user may make groups here, and limit them. */
export const hasControlGroups = ['memory', 'cpu'].every((controller) => {
  try {
    accessSync(folderOf(controller), constants.W_OK)
    return version === 1 || readFileSync(`${mount}/cgroup.subtree_control`, 'utf8').includes(controller)
  } catch {
    return false
  }
})

/** A group with limits, as the runtime of a container makes one. */
export class ControlGroup {
  readonly #folders: readonly string[]

  constructor({ memory, cpus }: Limits) {
    const name = `clustered-${process.pid}-${Math.random().toString(36).slice(2)}`
    const folder = (controller: string) => path.join(folderOf(controller), name)
    this.#folders = [...new Set([folder('memory'), folder('cpu')])]
    for (const each of this.#folders) mkdirSync(each)
    if (memory) writeFileSync(path.join(folder('memory'), files.memory), String(memory))
    const quota = Math.round((cpus ?? 0) * period)
    if (cpus)
      writeFileSync(path.join(folder('cpu'), files.cpu), version === 2 ? `${quota} ${period}` : `${quota}`)
  }

  /** For a shell, which is then in it with all that it starts. */
  get enter(): string {
    return this.#folders.map((folder) => `echo $$ >'${folder}/cgroup.procs';`).join(' ')
  }

  /** Once what was in it has ended. */
  async remove(): Promise<void> {
    for (const folder of this.#folders) {
      const isEmpty = () => readFileSync(path.join(folder, 'cgroup.procs'), 'utf8') === ''
      await eventually(isEmpty, 'the group is empty')
      rmdirSync(folder)
    }
  }
}

function folderOf(controller: string): string {
  if (version === 2) return mount
  const [, own = '/'] =
    new RegExp(`:${controller}:(.*)`).exec(readFileSync('/proc/self/cgroup', 'utf8')) ?? []
  return path.join(mount, controller, own)
}
