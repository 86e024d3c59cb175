import assert from 'node:assert/strict'
import { it } from 'node:test'
import { pathsOf } from './expression.ts'

/** As Express 4 makes them of the paths under which something is mounted. */
const mounts: Record<string, { expression: RegExp; names?: string[]; paths: string[] }> = {
  text: { expression: /^\/users\/?(?=\/|$)/i, paths: ['/users'] },
  'text with what is special in an expression': {
    expression: /^\/v1\.2\/a-b\/?(?=\/|$)/i,
    paths: ['/v1.2/a-b'],
  },
  'a parameter': {
    expression: /^\/users(?:\/([^/]+?))\/?(?=\/|$)/i,
    names: ['id'],
    paths: ['/users/:id'],
  },
  'two of them': {
    expression: /^(?:\/([^/]+?))(?:\/([^/]+?))\/?(?=\/|$)/i,
    names: ['org', 'repo'],
    paths: ['/:org/:repo'],
  },
  'two in one segment': {
    expression: /^\/a(?:\/([^/]+?))-(?:((?:(?!\/|-).)+?))\/?(?=\/|$)/i,
    names: ['b', 'c'],
    paths: ['/a/:b-:c'],
  },
  'one behind a dot': {
    expression: /^\/a(?:\/([^/]+?))(?:\.([^/.]+?))\/?(?=\/|$)/i,
    names: ['b', 'c'],
    paths: ['/a/:b.:c'],
  },
  'one that need not be there': {
    expression: /^\/a(?:\/([^/]+?))?\/?(?=\/|$)/i,
    names: ['id'],
    paths: ['/a/:id?'],
  },
  'one with an expression of its own': {
    expression: /^\/a(?:\/(\d+))\/?(?=\/|$)/i,
    names: ['id'],
    paths: ['/a/:id'],
  },
  'a star': { expression: /^\/files\/(.*)\/?(?=\/|$)/i, names: ['0'], paths: ['/files/*'] },
  'several paths': {
    expression: /^\/a\/?(?=\/|$)|^\/b(?:\/([^/]+?))\/?(?=\/|$)/i,
    names: ['c'],
    paths: ['/a', '/b/:c'],
  },
  'an expression of the app': { expression: /^\/m\d+/, paths: [String.raw`/^\/m\d+/`] },
  'what is neither text nor a parameter': { expression: /^\/a(bc)?\/?(?=\/|$)/i, names: ['0'], paths: [] },
}

for (const [what, { expression, names = [], paths }] of Object.entries(mounts))
  it(`the path that was given is read from its expression: ${what}`, () => {
    assert.deepEqual(
      pathsOf(
        expression,
        names.map((name) => ({ name })),
      ),
      paths,
    )
  })
