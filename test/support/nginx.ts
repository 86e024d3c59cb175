import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import type { TestContext } from 'node:test'
import { freePort } from './port.ts'
import { eventually } from './program.ts'
import { temporaryFolder } from './temporary-folder.ts'

const file = '/usr/sbin/nginx'

/** CI has it, and fails without it. */
export const hasNginx = existsSync(file) || Boolean(process.env['CI'])

/** Puts nginx before a port: it keeps connections to there, and tries nothing twice. @returns its own port. */
export async function nginxBefore(t: TestContext, port: number): Promise<number> {
  const folder = temporaryFolder()
  const own = await freePort()
  const config = `
    daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr;
    events {}
    http {
      # Its own user may not write to the folder.
      client_body_buffer_size 1m;
      access_log off; ${temporaryPaths(folder)}
      map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
      upstream app { server 127.0.0.1:${port}; keepalive 16; }
      server {
        listen 127.0.0.1:${own};
        location / {
          proxy_pass http://app; proxy_http_version 1.1; proxy_next_upstream off;
          proxy_set_header Host $host;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection $connection_upgrade;
        }
      }
    }`
  writeFileSync(`${folder}/nginx.conf`, config)
  const nginx = spawn(file, ['-p', folder, '-c', `${folder}/nginx.conf`], { stdio: 'ignore' })
  t.after(() => end(nginx))
  await eventually(() => accepts(own), 'nginx listens')
  return own
}

/** What nginx writes to while it runs; by itself it is where only root may write. */
export function temporaryPaths(folder: string): string {
  const names = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return names.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')
}

async function end(nginx: ChildProcess): Promise<void> {
  const ended = once(nginx, 'exit')
  // Its workers go with it.
  if (nginx.kill('SIGTERM')) await ended
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
