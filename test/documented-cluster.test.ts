import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { firstNames, propertiesOf, readSource, rows, sorted } from './support/documents.ts'

const page = 'reference/cluster.md'
const ofEvents = 'reference/events.md'

describe('the documentation of a cluster', () => {
  it('has each member, and no other', () => {
    const told = [...firstNames(page, '## What it says'), ...firstNames(page, '## What it does')]
    assert.deepEqual(
      sorted(told.map((name) => name.replace(/\(.*/, ''))),
      sorted(propertiesOf('core/src/cluster.ts', 'Cluster')),
    )
  })

  for (const [where, behind, file, name] of [
    [page, '## A worker', 'core/src/cluster.ts', 'WorkerInfo'],
    [page, 'Its `vitals`', 'core/src/cluster.ts', 'Vitals'],
    [page, '## A slot', 'core/src/cluster.ts', 'SlotInfo'],
    [page, 'Its `lastFailure`', 'core/src/cluster.ts', 'SlotFailure'],
    [ofEvents, '`stall`', 'core/src/protocol/watchdog.ts', 'StallReport'],
    [ofEvents, '`error` of', 'core/src/protocol/messages.ts', 'LastWords'],
    [ofEvents, '`exit`', 'core/src/events.ts', 'WorkerExit'],
    [ofEvents, '`step`', 'core/src/events.ts', 'ScaleStep'],
  ] as const)
    it(`has each property of a ${name}, and no other`, () => {
      assert.deepEqual(firstNames(where, behind), propertiesOf(file, name))
    })

  it('has the words that role and state can be', () => {
    const source = readSource('core/src/cluster.ts')
    const words = (text: string | undefined): string[] => sorted(text?.match(/(?<=')[a-z-]+(?=')/g) ?? [])
    const told = (name: string): string =>
      rows(page, '## What it says').find(([first]) => first!.startsWith(`\`${name}`))![1]!
    assert.deepEqual(words(told('role')), words(/readonly role: (.*)/.exec(source)![1]))
    assert.deepEqual(words(told('state')), words(/type ClusterState = (.*)/.exec(source)![1]))
    assert.deepEqual(words(told('balance')), words(/readonly balance: (.*)/.exec(source)![1]))
  })

  it('has each event with its arguments, and no other', () => {
    const source = readSource('core/src/events.ts')
    const [, body = ''] = /interface ClusterEvents \{([^]*?)^\}/m.exec(source) ?? []
    const made = [...body.matchAll(/^  '?([\w:]+)'?: \[(.*)\]$/gm)].map(([, name, list]) => [
      name,
      [...list!.matchAll(/(\w+):/g)].map(([, argument]) => argument).join(', '),
    ])
    const told = rows(ofEvents, '| Event').map(([name, list]) => [
      name!.replaceAll('`', ''),
      list!.replaceAll('`', ''),
    ])
    const byName = (pairs: typeof made): typeof made => pairs.toSorted(([a], [b]) => a!.localeCompare(b!))
    assert.ok(made.length > 10)
    assert.deepEqual(byName(told), byName(made))
  })
})
