import type { Row } from '../row.ts'

const starts = [
  { by: '@clustered/fetch', command: 'node clustered.js', hooks: ['onDrain', 'onShutdown'] },
  { by: 'clustered start', command: 'clustered start server.js', hooks: ['SIGTERM'] },
]

export const rows: Row[] = [
  { name: 'h3', framework: 'h3 2', packages: { h3: '^2.0.0' }, starts },
  {
    name: 'elysia',
    framework: 'Elysia',
    packages: { elysia: '^1.4.0', '@elysiajs/node': '^1.4.0' },
    starts,
  },
]
