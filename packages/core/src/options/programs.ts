import type { ProgramOptions } from '../options.ts'
import { oneOf, time, yesOrNo } from './kinds.ts'
import type { Options } from './option.ts'

const answer = yesOrNo()
const readyTime = time({ least: 100, zero: true })

/** What a program is that need not serve. */
export const programs: Options<ProgramOptions> = {
  listen: {
    doc: 'Whether the program serves, and so is ready when it listens',
    off: 'It serves nothing: a queue consumer, a scheduler, a script; one worker by default',
    kind: {
      ...answer,
      check: (name, value) => (value === 'auto' ? value : answer.check(name, value)),
      read: (name, text) => (text === 'auto' ? text : answer.read!(name, text)),
    },
    default: true,
    change: 'restart',
  },
  readyAfter: {
    doc: 'With listen: false, how long a worker must stay up to be ready, or that it must say so itself',
    kind: {
      ...readyTime,
      check: (name, value) => (value === 'message' ? value : readyTime.check(name, value)),
      read: (name, text) => (text === 'message' ? text : readyTime.read!(name, text)),
      placeholder: '<time | message>',
    },
    otherwise: '`1000`',
    change: 'restart',
  },
  restart: {
    doc: 'With listen: false, when the program starts again after it has ended by itself',
    kind: oneOf(['always', 'on-failure', 'never']),
    otherwise: "`'on-failure'`",
    change: 'restart',
  },
  remainAfterExit: {
    doc: 'With listen: false, whether the primary lives on when the program has ended, so that a reload starts it anew',
    off: 'It ends with the program, even with --daemon',
    kind: yesOrNo(),
    default: false,
    change: 'restart',
  },
}
