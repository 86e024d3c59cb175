// How a plot looks, on white and on black. Plain rules: not every reader of SVG knows CSS variables.
import { kernel, roundRobin } from '../systems/clustered.js'
import { nodeCluster } from '../systems/node-cluster.js'
import { pm2 } from '../systems/pm2.js'
import { reusePort } from '../systems/reuse-port.js'
import { throng } from '../systems/throng.js'
import { watt } from '../systems/watt.js'

const light = {
  text: '#1f2328',
  quiet: '#59636e',
  paper: '#ffffff',
  grid: '#d8dee4',
  peer: '#afb8c1',
  lines: ['#57606a', '#c2410c', '#a21caf', '#a16207', '#0e7490', '#0969da', '#1a7f37'],
}
const dark = {
  text: '#e6edf3',
  quiet: '#9198a1',
  paper: '#0d1117',
  grid: '#30363d',
  peer: '#57606a',
  lines: ['#9ea7b0', '#fb923c', '#e879f9', '#facc15', '#22d3ee', '#58a6ff', '#3fb950'],
}

/** In the order of their colours. */
const drawn = [nodeCluster, reusePort, pm2, watt, throng, kernel, roundRobin]

export function style() {
  return `<style>
text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif }
.title { font-size: 15px; font-weight: 600 }
.strong { font-weight: 600 }
.small { font-size: 11px }
.middle { text-anchor: middle }
.end { text-anchor: end }
polyline { fill: none }
polyline, .key { stroke-width: 2 }
${drawn
  .filter(({ isOurs }) => !isOurs)
  .map(({ name }) => `.${className(name)}`)
  .join(', ')} { stroke-dasharray: 5 3 }
${colours(light)}
@media (prefers-color-scheme: dark) {
${colours(dark)}
}
</style>`
}

export function className(system) {
  return system.toLowerCase().replaceAll(/\W+/g, '-')
}

function colours({ text, quiet, paper, grid, peer, lines }) {
  return [
    `text { fill: ${text} }`,
    `.quiet { fill: ${quiet} }`,
    `.paper { fill: ${paper} }`,
    `.grid { stroke: ${grid} }`,
    `.even, .spread { stroke: ${text} }`,
    `.peer { fill: ${peer} }`,
    `.ours { fill: ${lines[drawn.indexOf(kernel)]} }`,
    ...drawn.flatMap(({ name }, index) => [
      `.${className(name)} { stroke: ${lines[index]} }`,
      `.${className(name)} circle { fill: ${lines[index]}; stroke: none }`,
    ]),
  ].join('\n')
}
