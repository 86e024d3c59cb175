import type { Labels } from '../metric.ts'

/** The same for the same labels, in whatever order they are. */
export function labelKey(labels: Labels): string {
  const names = Object.keys(labels)
  for (let at = 1; at < names.length; at++)
    if (names[at]! < names[at - 1]!) {
      names.sort()
      break
    }
  let key = ''
  for (const name of names) key += `${name}\0${labels[name]}\0`
  return key
}
