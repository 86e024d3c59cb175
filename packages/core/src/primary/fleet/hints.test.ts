import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { Log, type LogLine } from '../../log.ts'
import { type Hint, hints as known } from '../../protocol/hints.ts'
import { Hints } from './hints.ts'

function told(slots: number, hints: boolean, ...taken: Hint[]): LogLine[] {
  const lines: LogLine[] = []
  const all = new Hints(Array.from({ length: slots }), { hints, logger: new Log((line) => lines.push(line)) })
  for (const hint of taken) all.take(hint)
  return lines
}

describe('Hints', () => {
  it('are said once for each', () => {
    const lines = told(2, true, 'cron', 'express-session', 'cron')
    assert.deepEqual(
      lines.map(({ level, event, about }) => [level, event, about]),
      [
        ['warn', 'hint', 'cron'],
        ['warn', 'hint', 'express-session'],
      ],
    )
  })

  it('are not said of one worker, nor where they are not wanted', () => {
    assert.deepEqual(told(1, true, ...known), [])
    assert.deepEqual(told(2, false, ...known), [])
  })

  it('lead to a section of a page', () => {
    const page = readFileSync(path.join(__dirname, '../../../../../docs/several-processes/index.md'), 'utf8')
    const sections = [...page.matchAll(/^## (.*)$/gm)].map(([, title]) =>
      title!.toLowerCase().replaceAll('.', '').replaceAll(' ', '-'),
    )
    for (const { msg } of told(2, true, ...known)) {
      const [, section] = /docs\/several-processes#(\S+)/.exec(msg)!
      assert.ok(sections.includes(section!), section)
    }
  })
})
