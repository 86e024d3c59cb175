import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freePort } from './port.ts'
import { eventually } from './program.ts'
import { temporaryFolder } from './temporary-folder.ts'

const page = readFileSync(fileURLToPath(new URL('../../../docs/deploy/proxies.md', import.meta.url)), 'utf8')
const { certificate } = (await import(new URL('../../fixtures/certificate.js', import.meta.url).href)) as {
  certificate: { cert: string; key: string }
}

/** What stands in the page's configuration, and in place of it here. */
export interface Ports {
  front: number
  secure: number
  blue: number
  green: number
  blueAdmin: number
  greenAdmin: number
}

interface Kind {
  file: string
  /** Of its sample in the page. */
  language: string
  /** @returns the whole configuration, with its own places. */
  complete: (sample: string, ports: Ports, folder: string) => string
  check: (config: string) => string[]
  run: (config: string) => string[]
}

export const kinds: Record<string, Kind> = {
  nginx: {
    file: '/usr/sbin/nginx',
    language: 'nginx',
    complete: (sample, { front, secure }, folder) => {
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${folder}/${name};`,
      )
      const own = change(sample, [
        ['listen 80;', `listen 127.0.0.1:${front};`],
        ['listen 443 ', `listen 127.0.0.1:${secure} `],
        ['/etc/ssl/shop.crt', `${folder}/shop.crt`],
        ['/etc/ssl/shop.key', `${folder}/shop.key`],
      ])
      // Its own user may not write to the folder.
      return `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr;
        events {}
        http { access_log off; client_body_buffer_size 1m; ${temporary.join(' ')}\n${own} }`
    },
    check: (config) => ['-t', '-q', '-e', 'stderr', '-c', config],
    run: (config) => ['-e', 'stderr', '-c', config],
  },
  HAProxy: {
    file: '/usr/sbin/haproxy',
    language: 'haproxy',
    complete: (sample, { front, secure, blueAdmin, greenAdmin }, folder) =>
      change(sample, [
        ['bind :80\n', `bind 127.0.0.1:${front}\n`],
        ['bind :443 ', `bind 127.0.0.1:${secure} `],
        ['/etc/haproxy/shop.pem', `${folder}/shop.pem`],
        ['port 9000', `port ${blueAdmin}`],
        ['port 9001', `port ${greenAdmin}`],
      ]),
    check: (config) => ['-c', '-q', '-f', config],
    run: (config) => ['-f', config],
  },
  Caddy: {
    file: '/usr/bin/caddy',
    language: 'caddyfile',
    complete: (sample, { front, secure }, folder) => {
      const [, rules] = /^shop\.example\.com \{\n([^]*)\n\}\n$/.exec(sample)!
      const site = (at: string, more = ''): string => `${at} {\nbind 127.0.0.1\n${more}${rules}\n}\n`
      // No certificate comes from outside; and a port that was free is not free for HTTP/3.
      return `{\nadmin off\nauto_https off\nservers {\nprotocols h1 h2\n}\n}
        ${site(`http://:${front}`)}
        ${site(`https://:${secure}`, `tls ${folder}/shop.crt ${folder}/shop.key\n`)}`
    },
    check: (config) => ['validate', '--adapter', 'caddyfile', '--config', config],
    run: (config) => ['run', '--adapter', 'caddyfile', '--config', config],
  },
}

/** CI has them all, and fails without one. */
export const hasProxy = ({ file }: Kind): boolean => existsSync(file) || Boolean(process.env['CI'])

export async function freePorts(): Promise<Ports> {
  const [front, secure, blue, green, blueAdmin, greenAdmin] = await Promise.all(
    Array.from({ length: 6 }, freePort),
  )
  return {
    front: front!,
    secure: secure!,
    blue: blue!,
    green: green!,
    blueAdmin: blueAdmin!,
    greenAdmin: greenAdmin!,
  }
}

/** Runs the page's configuration, which has its own check find nothing in it. @param more is changed in it besides. */
export async function startProxy(
  t: TestContext,
  kind: Kind,
  ports: Ports,
  more: readonly (readonly [string, string])[] = [],
): Promise<void> {
  const { file, language } = kind
  const folder = temporaryFolder()
  const { cert, key } = certificate
  writeFileSync(`${folder}/shop.crt`, cert)
  writeFileSync(`${folder}/shop.key`, key)
  writeFileSync(`${folder}/shop.pem`, `${cert}\n${key}`)
  const [, sample] = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(page)!
  const config = path.join(folder, 'config')
  const complete = kind
    .complete(change(sample!, more), ports, folder)
    .replaceAll('127.0.0.1:8000', `127.0.0.1:${ports.blue}`)
    .replaceAll('127.0.0.1:8001', `127.0.0.1:${ports.green}`)
  writeFileSync(config, complete)
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  execFileSync(file, kind.check(config), { env, stdio: 'pipe' })

  const proxy = spawn(file, kind.run(config), { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  proxy.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-20_000)))
  const ended = once(proxy, 'exit')
  t.after(async () => {
    // Caddy waits for what stays open. The workers of nginx go with it.
    if (proxy.kill(language === 'caddyfile' ? 'SIGKILL' : 'SIGTERM')) await ended
    if (said) t.diagnostic(said)
  })
  await eventually(async () => {
    assert.equal(proxy.exitCode, null, said)
    return fetch(`http://127.0.0.1:${ports.front}/`).then(
      ({ status }) => status === 200,
      () => false,
    )
  }, 'the proxy answers')
}

function change(text: string, changes: readonly (readonly [string, string])[]): string {
  let changed = text
  for (const [from, to] of changes) {
    assert.ok(changed.includes(from), `the page has ${from}`)
    changed = changed.replaceAll(from, to)
  }
  return changed
}
