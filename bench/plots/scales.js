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

/** Six ticks at most, at round values. */
export function linear(values, from, to) {
  const spread = Math.max(...values) - Math.min(...values) || 1
  const power = 10 ** Math.floor(Math.log10(spread / 6))
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => spread / size <= 6)
  const first = Math.floor(Math.min(...values) / step)
  const last = Math.max(Math.ceil(Math.max(...values) / step), first + 1)
  return {
    ticks: range(first, last).map((tick) => Number((tick * step).toPrecision(6))),
    at: (value) => from + ((value / step - first) / (last - first)) * (to - from),
  }
}

function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
