import { systems } from '../systems/index.js'

/** Those of which there are results, in their order. */
export function systemsOf(results) {
  return systems.filter(({ name }) => results.has(name))
}

/** A bar for each, of a figure's median, with its spread. */
export function barsOf(results, shown, what, name, format) {
  return shown.map((system) => {
    const figure = results.figure(what, system.name, name)
    return (
      figure && { value: figure.median, least: figure.least, most: figure.most, text: format(figure.median) }
    )
  })
}
