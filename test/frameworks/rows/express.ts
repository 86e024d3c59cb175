import type { Row } from '../row.ts'

const shared = {
  app: 'express',
  starts: [
    { by: '@clustered/express', command: 'node clustered.js', hooks: ['onDrain', 'onShutdown'] },
    { by: 'clustered start', command: 'clustered start server.js', hooks: ['SIGTERM'] },
  ],
} satisfies Partial<Row>

export const rows: Row[] = [
  { name: 'express-5', framework: 'Express 5', packages: { express: '^5.0.0' }, inCI: true, ...shared },
  { name: 'express-4', framework: 'Express 4', packages: { express: '^4.0.0' }, ...shared },
]
