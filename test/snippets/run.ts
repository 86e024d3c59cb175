import { readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import tls from 'node:tls'
import { freePort } from '../support/port.ts'
import type { Piece } from './pieces.ts'

/** The file that the compiler has made of a piece. */
export function outputOf(folder: string, piece: Piece): string {
  return path.join(folder, 'out', piece.folder, piece.file.replace(/\.ts$/, '.js'))
}

/**
 * Makes the compiled pieces fit to run beside each other: free ports in place of those that a document has, and what each
 * is given once for each.
 * @returns the ports of each.
 */
export async function prepare(folder: string, pieces: readonly Piece[]): Promise<Map<Piece, number[]>> {
  const ports = new Map<Piece, number[]>()
  for (const piece of pieces) {
    const file = outputOf(folder, piece)
    const code = readFileSync(file, 'utf8')
    const parts = code.split(/(?<=\blisten\((?:\{ port: )?)(?:process\.env\.PORT \?\? )?[1-9]\d+/)
    const own = await Promise.all(parts.slice(1).map(() => freePort()))
    const text = parts.map((part, index) => (index === 0 ? part : `${own[index - 1]}${part}`)).join('')
    const apart = text.replaceAll(/(?<=^import .*\/given\/(?!cluster)\w+\.js)(?=')/gm, `?${piece.fence.line}`)
    writeFileSync(file, apart)
    ports.set(piece, own)
  }
  return ports
}

/** Writes one program of all pieces that are none by themselves. @returns its file. */
export function writeTogether(folder: string, pieces: readonly Piece[]): string {
  const main = path.join(folder, 'out/together.js')
  const loads = pieces.map((piece) => {
    const file = path.relative(path.dirname(main), outputOf(folder, piece))
    return `await load('${placeOf(piece)}', () => import('./${file}'))`
  })
  const program = `import { clustered } from '@clustered/core'
import { listener } from './given/common.js'

const load = async (where, code) => {
  try {
    await code()
  } catch (error) {
    console.error('failed:', where, error)
  }
}
// Of several calls, the options of the first one are those of the cluster.
const cluster = clustered(listener, { lagWarning: 0, name: 'together' }).listen(0)
${loads.join('\n')}
console.log('loaded in the ' + cluster.role)
`
  writeFileSync(main, program)
  return main
}

export function placeOf({ fence }: Piece): string {
  return `${fence.page}:${fence.line}`
}

/** Asks for `/`, and rejects unless an answer comes that is no error of the server's. */
export async function ask(port: number, isSecure: boolean): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no answer on port ${port}`)), 30_000)
    const done = (error?: Error): void => {
      clearTimeout(late)
      if (error) reject(error)
      else resolve()
    }
    // Its handshake says enough: it may speak HTTP/2 alone.
    if (isSecure) {
      const socket = tls.connect({ port, rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] })
      socket.on('secureConnect', () => socket.end(() => done())).on('error', done)
      return
    }
    const request = http.get({ port, path: '/', agent: false }, (response) => {
      const { statusCode = 0 } = response
      response.resume().on('end', () => done(statusCode < 500 ? undefined : new Error(`${statusCode}`)))
    })
    request.on('error', done)
  })
}
