import { isCode, type Piece } from './pieces.ts'
import type { Fence } from './fences.ts'

/**
 * How a piece of code is tried beyond being compiled.
 *
 * - `'program'`: it is a whole program, and is started, asked and stopped.
 * - `'alone'`: part of one, which ends or changes what it is in, and so has a program of its own.
 * - `'together'`: it runs with all others of its kind in one program.
 */
export type Way = 'program' | 'alone' | 'together' | { notRun: string }

export function wayOf(piece: Piece): Way {
  const { absent, fence, given, code, file } = piece
  if (fence.note.notRun !== undefined) return { notRun: fence.note.notRun }
  if (absent.length > 0) return { notRun: `needs ${absent.join(', ')}` }
  if (/\.test\./.test(file)) return { notRun: 'it is a test' }
  if (fence.note.alone || fence.note.single) return 'alone'
  return given.length === 0 && /\blisten\(/.test(code) ? 'program' : 'together'
}

const data = [
  'json',
  'yaml',
  'toml',
  'ini',
  'nginx',
  'haproxy',
  'caddyfile',
  'dockerfile',
  'gitignore',
  'systemd',
  'diff',
]

/** What a block is, by its language. */
export function kindOf(fence: Fence): 'code' | 'commands' | 'data' | 'output' | undefined {
  if (isCode(fence)) return 'code'
  if (['sh', 'console'].includes(fence.language)) return 'commands'
  if (data.includes(fence.language)) return 'data'
  return ['', 'text', 'log'].includes(fence.language) ? 'output' : undefined
}
