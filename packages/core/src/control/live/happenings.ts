import { Log, type LogLine } from '../../log.ts'
import { hideQuery } from '../../protocol/inside.ts'
import { shortened } from '../../shortened.ts'
import type { Happening } from './live.ts'
import { Ring } from './ring.ts'

/** How many are remembered. */
const most = 200

/** In characters: a worker may have said it. */
const longest = 2000

/** What has happened, in the words of the log, and also where nothing is logged. */
export class Happenings {
  readonly #last = new Ring<Happening>(most)
  /** Is told of each. */
  onHappening: (happening: Happening) => void = () => {}

  /** A log that does what the given one does, and remembers. */
  besides(log: Log): Log {
    return new Log((line) => {
      const happening = toHappening(line)
      this.#last.add(happening)
      this.onHappening(happening)
      return log.write(line)
    })
  }

  get last(): readonly Happening[] {
    return this.#last.items
  }
}

function toHappening({ time, level, event, msg, slot, pid, generation, request }: LogLine): Happening {
  const text = typeof request === 'string' ? msg.replace(request, () => hideQuery(request)) : msg
  return {
    at: Date.parse(time),
    level,
    event,
    text: shortened(text, longest),
    ...(slot !== undefined && { slot }),
    ...(pid !== undefined && { pid }),
    ...(generation !== undefined && { generation }),
  }
}
