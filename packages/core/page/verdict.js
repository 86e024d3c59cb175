import { describeFault, distinct } from './faults-in-words.js'
import * as judgements from './judgements.js'
import { isQuiet, meanUtilization, shareOfErrors, tooMany } from './shares.js'
import { standing } from './standing.js'
import { moment, percent } from './words.js'

/** How long (in ms) a hang or a crash that is over is still mentioned. */
const recent = 600_000
/** A share of errors that is mentioned. */
const noticeable = 0.01

const { closing, finished, booting, down, degraded, hanging, unstable, erring, reloading, failedReload } =
  judgements
/** The first that has something to say has the heading. */
const gravest = [
  closing,
  finished,
  booting,
  down,
  degraded,
  hanging,
  unstable,
  erring,
  failedReload,
  reloading,
]

/**
 * What an operator wants to know first: is all well, and if not, what is wrong.
 * `level` is 'well', 'change' (something is under way, and all is well with it),
 * 'warn' or 'bad'; `also` is what else there is to know, the gravest first.
 */
export function verdict(known, now) {
  const { status } = known
  const facts = factsOf(status)
  const [first, ...others] = gravest.flatMap((judge) => judge(known, facts, now))
  const judgement = first ?? judgements.well(known, facts, now)
  return {
    ...judgement,
    also: [
      ...(judgement.also ?? []),
      ...others.map(({ level, word, text }) => ({ level, text: `${word}: ${text}` })),
      ...notes(known, now),
    ],
  }
}

function factsOf(status) {
  const missing = status.bySlot.filter(({ state }) => state !== 'ready' && state !== 'finished')
  const ended = status.bySlot.filter(({ state }) => state === 'finished')
  const ready = status.bySlot.filter(({ state }) => state === 'ready')
  return { missing, ended, ready }
}

/** What does not change the verdict. */
function notes(known, now) {
  const { status, samples, faults } = known
  const found = []
  const { lostLog } = status.primary
  if (lostLog)
    found.push({
      level: 'warn',
      text: `Log lines are lost: ${lostLog.code}, last at ${moment(lostLog.at, now)}.`,
    })
  const busy = meanUtilization(status, now)
  if (busy >= 0.95) found.push({ level: 'warn', text: `Every worker is busy: ${percent(busy)} on average.` })
  const { share, errors } = shareOfErrors(samples)
  if (errors >= 2 && share >= noticeable && share < tooMany)
    found.push({ level: 'note', text: `${percent(share)} of the last minute's requests failed.` })
  if (isQuiet(samples)) found.push({ level: 'note', text: 'No request has come for 30 s.' })
  const stands = standing(known)
  for (const fault of distinct(faults))
    if (fault !== stands && now - fault.at < recent)
      found.push({ level: 'note', text: describeFault(fault, now), to: `fault-${fault.kind}` })
  return found
}
