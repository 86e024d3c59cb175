import path from 'node:path'
import { borrowed, type User } from './base-image.ts'

/** What the runtime of a container makes of an image. */
export interface Place {
  root: string
  folder: string
  user: User
  environment: Record<string, string>
  /** Folders of this machine, by where they are seen. */
  volumes?: Record<string, string>
  tmpfs?: readonly string[]
  readOnly?: boolean
  /** Without any capability, and without a way to get one. */
  unprivileged?: boolean
}

/** What `unshare` is given so that a command becomes PID 1 of namespaces that end with it, their mounts too. */
export function isolated(place: Place, command: readonly string[]): string[] {
  const flags = ['--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child']
  return [...flags, 'sh', '-ec', `${mounts(place)}\nexec "$@"`, 'sh', ...inside(place, command)]
}

/** What `nsenter` is given to run a command beside the PID 1 of such namespaces, as `docker exec` does. */
export function beside(pid: number, place: Place, command: readonly string[]): string[] {
  return ['--target', String(pid), '--mount', '--pid', '--ipc', '--uts', ...inside(place, command)]
}

/** It goes there, becomes that user, and then becomes the command. */
function inside(place: Place, command: readonly string[]): string[] {
  const { uid, gid } = place.user
  const nothing = ['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs']
  const user = ['--reuid', String(uid), '--regid', String(gid), '--clear-groups']
  const variables = Object.entries(place.environment).map(([name, value]) => `${name}=${value}`)
  const become = ['setpriv', ...user, ...(place.unprivileged ? nothing : [])]
  return ['chroot', place.root, ...become, 'env', '-i', '-C', place.folder, ...variables, ...command]
}

function mounts({ root, volumes = {}, tmpfs = [], readOnly = false }: Place): string {
  const at = (where: string) => quoted(path.join(root, where))
  const remount = (where: string) => `mount -o remount,bind,ro ${at(where)}`
  const devices = ['null', 'zero', 'full', 'random', 'urandom']
  return [
    // What is no mount cannot be made read-only by itself.
    `mount --bind ${at('/')} ${at('/')}`,
    ...Object.entries(borrowed(root)).map(
      ([where, what]) => `mount --rbind ${quoted(what)} ${at(where)}; ${remount(where)}`,
    ),
    `mount -t proc proc ${at('/proc')}`,
    `mount -t tmpfs -o mode=755 dev ${at('/dev')}; mkdir ${at('/dev/shm')}; chmod 1777 ${at('/dev/shm')}`,
    ...devices.map((name) => `touch ${at(`/dev/${name}`)}; mount --bind /dev/${name} ${at(`/dev/${name}`)}`),
    `ln -s /proc/self/fd ${at('/dev/fd')}`,
    ...['stdin', 'stdout', 'stderr'].map((name, fd) => `ln -s /proc/self/fd/${fd} ${at(`/dev/${name}`)}`),
    ...Object.entries(volumes).map(
      ([where, what]) => `mkdir -p ${at(where)}; mount --bind ${quoted(what)} ${at(where)}`,
    ),
    ...(readOnly ? [remount('/')] : []),
    ...tmpfs.map((where) => `mount -t tmpfs -o mode=1777 tmpfs ${at(where)}`),
  ].join('\n')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
