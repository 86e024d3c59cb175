import { cpus, release, totalmem, type } from 'node:os'

/** What was measured on, and when. */
export function aboutRun(settings) {
  const [{ model }, ...others] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return {
    node: process.versions.node,
    machine: `${others.length + 1} cores of ${model.trim()}, ${memory} GiB, ${type()} ${release().split(/[-+]/)[0]}`,
    date: new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' }),
    ...settings,
  }
}
