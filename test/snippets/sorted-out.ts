import type { Piece } from './pieces.ts'
import { placeOf } from './run.ts'
import { type Way, wayOf } from './ways.ts'

/** The pieces by the way in which they are tried. */
export function byWay(pieces: readonly Piece[]): Record<'program' | 'alone' | 'together', Piece[]> {
  const of = (wanted: Way): Piece[] => pieces.filter((piece) => wayOf(piece) === wanted)
  return { program: of('program'), alone: of('alone'), together: of('together') }
}

/** Those that are not run, each with the reason. */
export function notRun(pieces: readonly Piece[]): string[] {
  return pieces.flatMap((piece) => {
    const way = wayOf(piece)
    return typeof way === 'object' ? [`${placeOf(piece)}: ${way.notRun}`] : []
  })
}
