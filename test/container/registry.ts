import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'

interface Manifest {
  name: string
  version: string
}

/**
 * Gives npm the tarballs of a folder as a registry does, for as long as this process runs.
 * @returns where it is.
 */
export async function serveTarballs(folder: string): Promise<string> {
  const names = readdirSync(folder)
  const manifests = names.map((name) => {
    const text = execFileSync('tar', ['-xzOf', path.join(folder, name), 'package/package.json'], {
      encoding: 'utf8',
    })
    return JSON.parse(text) as Manifest
  })
  const server = http.createServer((request, response) => {
    const asked = decodeURIComponent(request.url!.slice(1))
    const index = manifests.findIndex(({ name }) => name === asked)
    const file = path.join(folder, names[index] ?? '')
    const at = `http://${request.headers.host}`
    if (index >= 0) response.end(JSON.stringify(describe(manifests[index]!, file, at)))
    else if (names.includes(asked)) response.end(readFileSync(path.join(folder, asked)))
    else response.writeHead(404).end('{}')
  })
  await once(server.listen(0, '127.0.0.1').unref(), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function describe(manifest: Manifest, file: string, at: string): object {
  const { name, version } = manifest
  const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`
  const dist = { tarball: `${at}/${path.basename(file)}`, integrity }
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } }
}
