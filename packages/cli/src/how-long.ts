const units: Record<string, number> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of a time with its unit, such as `30s`, `10m` or `2d`; undefined if it is none. */
export function howLong(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(s|min|m|h|d)$/.exec(text) ?? []
  return number === undefined ? undefined : Number(number) * units[unit!]!
}
