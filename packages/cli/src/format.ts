const units = ['B', 'KB', 'MB', 'GB', 'TB']

/** As in `87.3 MB`. */
export function bytes(count: number): string {
  let unit = 0
  let value = count
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit > 0 && value < 100 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

/** As in `12 s`, `3 min`, `4 h 10 min`, `2 d 3 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const days = Math.floor(hours / 24)
  if (minutes < 1) return `${seconds} s`
  if (hours < 1) return `${minutes} min`
  if (days < 1) return `${hours} h ${minutes % 60} min`
  return `${days} d ${hours % 24} h`
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

export function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
}

export function rate(perSecond: number): string {
  return perSecond > 0 && perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond))
}
