import type { Row } from '../row.ts'

const starts = [
  { by: '@clustered/hono', command: 'node clustered.js', hooks: ['onDrain', 'onShutdown'] },
  { by: 'clustered start', command: 'clustered start server.js', hooks: ['SIGTERM'] },
]

export const rows: Row[] = [
  {
    name: 'hono',
    framework: 'Hono 4',
    packages: { hono: '^4.0.0', '@hono/node-server': '^2.0.0', ws: '^8.0.0' },
    webSocket: '/ws',
    starts,
  },
  {
    name: 'hono-1',
    framework: 'Hono 4, @hono/node-server 1',
    packages: { hono: '^4.0.0', '@hono/node-server': '^1.19.11', '@hono/node-ws': '^1.0.0' },
    webSocket: '/ws',
    starts,
  },
]
