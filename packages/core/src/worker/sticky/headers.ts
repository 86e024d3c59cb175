import { peerHeader } from './peer.ts'

/** Of one connection, and not of the message. `Transfer-Encoding` is so as well, and looked at apart. */
const ofTheConnection = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade', 'http2-settings'])

/** @returns the headers, as they came, that are those of the message. */
export function endToEnd(rawHeaders: readonly string[]): string[] {
  const named = new Set(ofTheConnection)
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]!.toLowerCase() === 'connection')
      for (const name of rawHeaders[i + 1]!.split(',')) named.add(name.trim().toLowerCase())
  return without(rawHeaders, (name) => named.has(name) || name === peerHeader)
}

/** @param drops asked with each name in lower case. */
export function without(rawHeaders: readonly string[], drops: (name: string) => boolean): string[] {
  const kept: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (!drops(rawHeaders[i]!.toLowerCase())) kept.push(rawHeaders[i]!, rawHeaders[i + 1]!)
  return kept
}
