import type { Row } from '../row.ts'

const shared = {
  app: 'koa',
  starts: [
    { by: '@clustered/koa', command: 'node clustered.js', hooks: ['onDrain', 'onShutdown'] },
    { by: 'clustered start', command: 'clustered start server.js', hooks: ['SIGTERM'] },
  ],
} satisfies Partial<Row>

export const rows: Row[] = [
  { name: 'koa-3', framework: 'Koa 3', packages: { koa: '^3.0.0' }, ...shared },
  { name: 'koa-2', framework: 'Koa 2', packages: { koa: '^2.0.0' }, ...shared },
]
