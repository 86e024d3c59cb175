// The elements that all plots are made of.

function escape(content) {
  return String(content).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

export function text(x, y, content, attributes = '') {
  return `<text x="${round(x)}" y="${round(y)}"${attributes && ` ${attributes}`}>${escape(content)}</text>`
}

export function rect(x, y, width, height, className) {
  return `<rect class="${className}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/>`
}

export function path(d, className) {
  return `<path class="${className}" d="${d}"/>`
}

export function at(x, y) {
  return `translate(${round(x)} ${round(y)})`
}

/** Nobody sees more. */
export function round(value) {
  return Number(value.toFixed(1))
}
