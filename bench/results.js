// What was measured, kept as JSON, one file for each measure: what the tables and plots are made of.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { median } from './tools/numbers.js'

/**
 * @param about where, when and how it was measured.
 * @param rows of an earlier run, which stay where nothing new is recorded.
 * @returns `record` takes one result of a system; of each figure all values are kept.
 */
export function newResults(about, rows = []) {
  const earlier = new Set(rows)
  return {
    about,
    rows,
    record(what, system, figures) {
      const index = rows.findIndex((one) => one.what === what && one.system === system)
      const isNew = index < 0 || earlier.delete(rows[index])
      const row = isNew ? { what, system } : rows[index]
      if (isNew) rows.splice(index < 0 ? rows.length : index, 1, row)
      for (const [name, value] of Object.entries(figures))
        if (value !== undefined) (row[name] ??= []).push(Number(value.toPrecision(4)))
    },
  }
}

/** A line for each row, so that a difference shows what has changed. */
export function writeResults(folder, measure, { about, rows }) {
  mkdirSync(folder, { recursive: true })
  const lines = rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')
  const text = `{\n  "about": ${JSON.stringify(about)},\n  "rows": [\n${lines}\n  ]\n}\n`
  writeFileSync(path.join(folder, `${measure}.json`), text)
}

export function rowsOf(folder, measure) {
  return parse(folder, measure)?.rows ?? []
}

function parse(folder, measure) {
  const file = path.join(folder, `${measure}.json`)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

/** @returns undefined if it was not measured; else `about`, and how to get at its figures. */
export function readResults(folder, measure) {
  const found = parse(folder, measure)
  if (!found) return undefined
  const { about, rows } = found
  const rowOf = (what, system) => rows.find((row) => row.what === what && row.system === system)
  return {
    about,
    /** In the order in which they were measured first. */
    whats: [...new Set(rows.map(({ what }) => what))],
    has: (system) => rows.some((row) => row.system === system),
    /** Undefined where there is nothing. */
    figure(what, system, name) {
      const values = rowOf(what, system)?.[name]
      return values && spreadOf(values)
    },
    /** The rounds' own ratios. */
    ratio(what, system, name, base) {
      const [own, others] = [rowOf(what, system)?.[name], rowOf(what, base)?.[name]]
      return own && others && spreadOf(own.map((value, round) => value / others[round]))
    },
    difference(what, system, name, base) {
      const [own, others] = [rowOf(what, system)?.[name], rowOf(what, base)?.[name]]
      return own && others && spreadOf(own.map((value, round) => value - others[round]))
    },
  }
}

function spreadOf(values) {
  return {
    median: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
    sum: values.reduce((sum, value) => sum + value, 0),
  }
}
