/** Numbers and times as a person reads them. */

const none = '–'

export function rate(perSecond) {
  return perSecond === undefined || perSecond === null ? none : `${compact(perSecond)}/s`
}

/** As in `7`, `0.4`, `1.2 k`, `3.4 M`. */
export function compact(value) {
  if (value >= 999_500) return `${short(value / 1e6)} M`
  if (value >= 1000) return `${short(value / 1000)} k`
  return value > 0 && value < 10 && !Number.isInteger(value) ? value.toFixed(1) : String(Math.round(value))
}

function short(value) {
  return value < 99.5 ? value.toFixed(1).replace(/\.0$/, '') : String(Math.round(value))
}

const units = ['B', 'KB', 'MB', 'GB', 'TB']

export function bytes(count) {
  if (count === undefined || count === null) return none
  let unit = 0
  while (count >= 1023.5 && unit < units.length - 1) {
    count /= 1024
    unit++
  }
  return `${unit > 2 ? short(count) : Math.round(count)} ${units[unit]}`
}

export function milliseconds(ms) {
  if (ms === undefined || ms === null) return none
  if (ms >= 9950) return `${Math.round(ms / 1000)} s`
  if (ms >= 999.5) return `${short(ms / 1000)} s`
  return `${ms < 9.95 ? short(ms) : Math.round(ms)} ms`
}

export function cpus(count) {
  return count === undefined || count === null ? none : count < 9.95 ? count.toFixed(2) : compact(count)
}

export function percent(share) {
  if (share === undefined || share === null) return none
  return share > 0 && share < 0.01 ? `${(share * 100).toFixed(1)} %` : `${Math.round(share * 100)} %`
}

/** As in `12 s`, `3 min`, `4 h 10 min`, `2 d 3 h`. */
export function duration(ms) {
  const [seconds, minutes, hours, days] = parts(ms)
  if (days > 0) return hours % 24 > 0 && days < 10 ? `${days} d ${hours % 24} h` : `${days} d`
  if (hours > 0) return minutes % 60 > 0 && hours < 10 ? `${hours} h ${minutes % 60} min` : `${hours} h`
  return minutes > 0 ? `${minutes} min` : `${seconds} s`
}

/** The same in one unit, where there is little room. */
export function age(ms) {
  const [seconds, minutes, hours, days] = parts(ms)
  if (days > 0) return `${days} d`
  if (hours > 0) return `${hours} h`
  return minutes > 0 ? `${minutes} min` : `${seconds} s`
}

/** How long it is until then, as a countdown shows it: its last second is `1 s`, and not `0 s`. */
export function until(then, now) {
  return then - now + 999
}

function parts(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  return [seconds, Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)]
}

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const whole = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' })

/** When, in the reader's own time: `02:14`, and with the day where that is not today's. */
export function moment(at, now) {
  return [date(at, now), clock(at).slice(0, 5)].filter(Boolean).join(', ')
}

/** With the seconds. */
export function precise(at, now) {
  return [date(at, now), clock(at)].filter(Boolean).join(', ')
}

/** The day, unless it is today. */
export function date(at, now) {
  return new Date(at).toDateString() === new Date(now).toDateString() ? '' : day.format(at)
}

export function clock(at) {
  const then = new Date(at)
  return [then.getHours(), then.getMinutes(), then.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}

/** Exactly, for whoever compares it with a log. */
export function exact(at) {
  return `${whole.format(at)}\n${new Date(at).toISOString()}`
}

export function counted(count, word) {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

/** As in `slot 3`, `slots 1, 3 and 5`, `12 slots`. */
export function slotNames(slots) {
  if (slots.length === 1) return `slot ${slots[0]}`
  if (slots.length > 5) return `${slots.length} slots`
  return `slots ${slots.slice(0, -1).join(', ')} and ${slots.at(-1)}`
}

/** The first line, and no more than fits into a heading. */
export function brief(text, most = 180) {
  const [line = ''] = text.trim().split('\n')
  return line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line
}

export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
