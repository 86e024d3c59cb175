/** @returns the top of an axis that ends with a round number at or above `value`: such as 2, 4 or 50. */
export function niceTop(value, least) {
  const wanted = Math.max(value * 1.05, least)
  const power = 10 ** Math.floor(Math.log10(wanted))
  return [1, 2, 4, 5, 6, 8, 10].map((step) => step * power).find((top) => top >= wanted * 0.999)
}

/** The same for bytes, whose units are powers of 1024. */
export function niceBytes(value) {
  const unit = 1024 ** Math.max(2, Math.floor(Math.log2(Math.max(value, 1)) / 10))
  const top = niceTop(value / unit, 1)
  return (top > 800 ? 1024 : top) * unit
}

/** Full minutes within a span, in ms. */
export function minutes(from, to) {
  const first = Math.ceil(from / 60_000) * 60_000
  return Array.from({ length: Math.floor((to - first) / 60_000) + 1 }, (_, i) => first + i * 60_000)
}
