import { ClusteredError } from '../errors.ts'
import { protocolVersion } from '../protocol/briefing.ts'
import { send } from '../protocol/channel.ts'
import type { ToPrimary, WorkerBriefing } from '../protocol/messages.ts'
import { toWords } from '../thrown.ts'

/**
 * A deploy can bring a release of this package that the primary, which was
 * started with another one, cannot speak with.
 * @throws {ClusteredError} ERR_CLUSTERED_OTHER_PROTOCOL
 */
export function checkProtocol({ protocol, primary }: WorkerBriefing): void {
  if (protocol === protocolVersion) return
  const error = new ClusteredError(
    'ERR_CLUSTERED_OTHER_PROTOCOL',
    `the @clustered/core of this release (protocol ${protocolVersion}) does not fit that of the primary, pid ${primary} ` +
      `(protocol ${protocol}): a reload cannot bring it in. Restart the program, primary and all: systemctl restart, ` +
      'clustered restart, or as it was started',
  )
  send<ToPrimary>(process, { type: 'crash', error: toWords(error), contained: false })
  throw error
}
