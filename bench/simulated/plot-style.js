// How a plot looks, on white and on black. Plain rules: not every reader of SVG knows CSS variables.
import { baseline, systems } from './systems.js'

const light = {
  text: '#1f2328',
  paper: '#ffffff',
  grid: '#d8dee4',
  lines: {
    [baseline]: '#57606a',
    reusePort: '#c2410c',
    pm2: '#a21caf',
    kernel: '#0969da',
    'round-robin': '#1a7f37',
  },
}
const dark = {
  text: '#e6edf3',
  paper: '#0d1117',
  grid: '#30363d',
  lines: {
    [baseline]: '#9ea7b0',
    reusePort: '#fb923c',
    pm2: '#e879f9',
    kernel: '#58a6ff',
    'round-robin': '#3fb950',
  },
}

/** Ours are drawn through. */
const dashed = Object.keys(systems).filter((name) => !systems[name].isOurs)

export function style() {
  return `<style>
text { font: 12px system-ui, sans-serif }
.middle { text-anchor: middle }
.end { text-anchor: end }
polyline { fill: none }
circle { stroke: none }
polyline, .key { stroke-width: 2 }
${dashed.map((system) => `.${className(system)}`).join(', ')} { stroke-dasharray: 5 3 }
${colours(light)}
@media (prefers-color-scheme: dark) {
${colours(dark)}
}
</style>`
}

export function className(system) {
  return system.replace(':', '-')
}

function colours({ text, paper, grid, lines }) {
  return [
    `text { fill: ${text} }`,
    `.paper { fill: ${paper} }`,
    `.grid { stroke: ${grid} }`,
    `.even { stroke: ${text} }`,
    ...Object.entries(lines).flatMap(([system, colour]) => [
      `.${className(system)} { stroke: ${colour} }`,
      `.${className(system)} circle { fill: ${colour} }`,
    ]),
  ].join('\n')
}
