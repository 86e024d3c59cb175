import type { What } from '../../support/load.ts'
import type { Row } from '../row.ts'

const core = { by: '@clustered/core', command: 'node clustered.js', hooks: ['onDrain', 'onShutdown'] }
const started = { by: 'clustered start', command: 'clustered start server.js', hooks: ['SIGTERM'] }

const query = (name: string, path = '/graphql'): What => ({
  method: 'POST',
  path,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify({ query: `{ ${name} }` })),
  expect: new RegExp(`^{"data":{"${name}":"${name}"}}\\s*$`),
})

const ofGraphql = { requests: [query('hello'), query('later')], slow: query('slow') }

/** Servers of queries. */
export const rows: Row[] = [
  {
    name: 'trpc',
    framework: 'tRPC, standalone',
    packages: { '@trpc/server': '^11.0.0' },
    starts: [core, started],
    requests: ['/hello', '/later'].map((path) => ({
      path,
      expect: JSON.stringify({ result: { data: path.slice(1) } }),
    })),
    slow: { path: '/slow', expect: JSON.stringify({ result: { data: 'slow' } }) },
  },
  {
    name: 'yoga',
    framework: 'GraphQL Yoga',
    packages: { 'graphql-yoga': '^5.0.0', graphql: '^16.0.0' },
    starts: [core, started],
    ...ofGraphql,
  },
  {
    name: 'apollo',
    framework: 'Apollo Server',
    packages: {
      '@apollo/server': '^5.0.0',
      '@as-integrations/express5': '^1.0.0',
      express: '^5.0.0',
      graphql: '^16.0.0',
    },
    starts: [
      { by: '@clustered/express', command: 'node clustered.js', hooks: ['serverWillStop'] },
      { ...started, hooks: ['serverWillStop'] },
    ],
    requests: [query('hello', '/'), query('later', '/')],
    slow: query('slow', '/'),
  },
]
