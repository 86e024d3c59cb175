import { readFileSync } from 'node:fs'
import path from 'node:path'

/** A control group that this process is in, by the folder that shows it. */
export interface Cgroup {
  folder: string
  version: 1 | 2
}

interface Mount extends Cgroup {
  /** The group that is shown there. */
  group: string
  controllers: readonly string[]
}

/**
 * The control groups that limit this process, its own and their ancestors as
 * far as they can be seen: a limit on any of them holds.
 *
 * @param controller such as `cpu`.
 * @param root where the file system begins.
 */
export function cgroupsOf(controller: string, root: string): Cgroup[] {
  const mounts = mountsIn(root)
  return readText(path.join(root, 'proc/self/cgroup'))
    .split('\n')
    .flatMap((line) => {
      const [, names, group] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
      if (names === undefined || group === undefined) return []
      const version = names === '' ? 2 : 1
      if (version === 1 && !names.split(',').includes(controller)) return []
      const shown = mounts.filter(
        (mount) => mount.version === version && (version === 2 || mount.controllers.includes(controller)),
      )
      return (shown.length > 0 ? shown : usual(root, version, controller, names)).flatMap((mount) =>
        withAncestors(mount, group),
      )
    })
}

/** A file's text, or nothing where there is none. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Version 1 may have several controllers in one mount, and others beside version 2. */
function mountsIn(root: string): Mount[] {
  return readText(path.join(root, 'proc/self/mountinfo'))
    .split('\n')
    .flatMap((line) => {
      const [mount = '', system = ''] = line.split(' - ')
      const [, , , group = '/', folder = ''] = mount.split(' ').map(unescaped)
      const [type, , options = ''] = system.split(' ')
      if (type !== 'cgroup' && type !== 'cgroup2') return []
      const version = type === 'cgroup2' ? 2 : 1
      return { folder: path.join(root, folder), version, group, controllers: options.split(',') }
    })
}

/** The kernel writes a space as \040. */
function unescaped(text: string): string {
  return text.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)))
}

/** Where systems have them, for want of a list of mounts. */
function usual(root: string, version: 1 | 2, controller: string, names: string): Mount[] {
  const folders = version === 2 ? ['', 'unified'] : [controller, names]
  return folders.map((name) => ({
    folder: path.join(root, 'sys/fs/cgroup', name),
    version,
    group: '/',
    controllers: [],
  }))
}

/**
 * A container often sees its own group mounted as the root, while
 * /proc/self/cgroup still names the host's path; and one outside of the
 * namespace is named by a path with `..`. What is not there limits nothing.
 */
function withAncestors({ folder, version, group: shown }: Mount, group: string): Cgroup[] {
  const prefix = shown.endsWith('/') ? shown : `${shown}/`
  const below = `${group}/`.startsWith(prefix) ? group.slice(prefix.length - 1) : group
  const parts = below.split('/').filter((part) => part !== '' && part !== '..')
  const folders = [folder]
  for (const part of parts) folders.push(path.join(folders.at(-1)!, part))
  return folders.map((one) => ({ folder: one, version }))
}
