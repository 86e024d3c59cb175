/** As Node reads it. */
const saysClose = /(?:^|\W)close(?:$|\W)/i

const overruled = new Set(['close', 'keep-alive', ''])

/**
 * The head with `Connection: close`. Other tokens of that header stay, and so
 * do the order of the headers and the way their names are written.
 *
 * @param head of an answer of HTTP/1, with its empty line.
 * @returns undefined for one that ends HTTP on its connection, or is no head.
 */
export function withClose(head: string): string | undefined {
  const [statusLine = '', ...lines] = head.slice(0, head.lastIndexOf('\r\n\r\n')).split('\r\n')
  if (!/^HTTP\/1\.\d [2-9]/.test(statusLine)) return undefined
  if (lines.some((line) => nameOf(line) === 'connection' && saysClose.test(valueOf(line)))) return head
  const kept: string[] = []
  let closes = false
  for (const line of lines)
    switch (nameOf(line)) {
      case 'connection': {
        const tokens = valueOf(line)
          .split(',')
          .map((token) => token.trim())
          .filter((token) => !overruled.has(token.toLowerCase()))
        if (!closes) tokens.push('close')
        closes = true
        if (tokens.length > 0) kept.push(`${line.slice(0, line.indexOf(':'))}: ${tokens.join(', ')}`)
        break
      }
      case 'keep-alive':
        break
      default:
        kept.push(line)
    }
  if (!closes) kept.push('Connection: close')
  return [statusLine, ...kept, '', ''].join('\r\n')
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf(':')).toLowerCase()
}

function valueOf(line: string): string {
  return line.slice(line.indexOf(':') + 1)
}
