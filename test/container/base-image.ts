import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

export interface User {
  uid: number
  gid: number
  home: string
}

/** Those that the images of Node have. */
export const users: Record<string, User> = {
  root: { uid: 0, gid: 0, home: '/root' },
  node: { uid: 1000, gid: 1000, home: '/home/node' },
}

/** As the images of Node have it. */
export const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What of this machine is seen there, by where, and cannot be changed there. */
export function borrowed(root: string): Record<string, string> {
  return {
    '/usr': '/usr',
    '/etc/ssl': '/etc/ssl',
    '/etc/alternatives': '/etc/alternatives',
    '/sys': '/sys',
    '/opt/bin/node': process.execPath,
    '/opt/npm': npmFolder(),
    // Over what this machine has there itself.
    '/usr/local/bin': path.join(root, 'opt/bin'),
  }
}

/** Makes the file system that stands for `node:NN-slim`, with empty folders where `borrowed` is mounted. */
export function makeBase(root: string): void {
  const folders = [
    'dev',
    'proc',
    'run',
    'opt/bin',
    'tmp',
    'var/tmp',
    ...Object.values(users).map(({ home }) => home),
  ]
  const isFile = (where: string) => where === '/opt/bin/node'
  for (const folder of [...folders, ...Object.keys(borrowed(root)).filter((where) => !isFile(where))])
    mkdirSync(path.join(root, folder), { recursive: true })
  writeFileSync(path.join(root, 'opt/bin/node'), '')
  writeFileSync(path.join(root, 'opt/bin/npm'), '#!/bin/sh\nexec node /opt/npm/bin/npm-cli.js "$@"\n')
  chmodSync(path.join(root, 'opt/bin/npm'), 0o755)
  for (const link of ['bin', 'sbin', 'lib', 'lib64'])
    if (existsSync(`/${link}`) && lstatSync(`/${link}`).isSymbolicLink())
      symlinkSync(readlinkSync(`/${link}`), path.join(root, link))
  for (const folder of ['tmp', 'var/tmp']) chmodSync(path.join(root, folder), 0o1777)
  const lines = Object.entries(users).map(
    ([name, { uid, gid, home }]) => `${name}:x:${uid}:${gid}::${home}:/bin/sh\n`,
  )
  writeFileSync(path.join(root, 'etc/passwd'), lines.join(''))
  for (const { uid, gid, home } of Object.values(users)) chownSync(path.join(root, home), uid, gid)
  for (const file of ['hosts', 'resolv.conf', 'nsswitch.conf'])
    if (existsSync(`/etc/${file}`)) copyFileSync(`/etc/${file}`, path.join(root, 'etc', file))
}

function npmFolder(): string {
  const command = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim()
  return path.join(realpathSync(command), '../..')
}
