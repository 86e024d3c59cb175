// Where a value is on an axis, and where the axis has its ticks.

/** For ratios of which twice and half are as far from 1; also for counts that double. */
export function doubling(values, from, to) {
  const first = Math.floor(Math.log2(Math.min(...values)))
  const last = Math.max(Math.ceil(Math.log2(Math.max(...values))), first + 1)
  return {
    ticks: range(first, last).map((power) => 2 ** power),
    at: (value) => from + ((Math.log2(value) - first) / (last - first)) * (to - from),
  }
}

export function linear(values, from, to) {
  const spread = Math.max(...values) - Math.min(...values)
  const perUnit = [20, 10, 5, 4, 2, 1].find((ticks) => spread * ticks <= 6) ?? 0.5
  const first = Math.floor(Math.min(...values) * perUnit)
  const last = Math.max(Math.ceil(Math.max(...values) * perUnit), first + 1)
  return {
    ticks: range(first, last).map((tick) => tick / perUnit),
    at: (value) => from + ((value * perUnit - first) / (last - first)) * (to - from),
  }
}

function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
