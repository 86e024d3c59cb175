// A whole plot: its title, under what conditions it was measured, and what is in it.
import { text } from './svg.js'
import { style } from './style.js'

export const width = 880
const left = 16

/** Where the content begins. */
export const top = 58

export function frame({ title, conditions, height, content }) {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${title}</title>`,
    style(),
    `<rect class="paper" width="${width}" height="${height}"/>`,
    text(left, 24, title, 'class="title"'),
    text(left, 43, conditions, 'class="quiet small"'),
    ...content,
    '</svg>\n',
  ].join('\n')
}
