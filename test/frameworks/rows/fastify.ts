import type { Row } from '../row.ts'

const starts = [
  {
    by: '@clustered/fastify',
    command: 'node clustered.js',
    hooks: ['onDrain', 'preClose', 'onClose', 'onShutdown'],
  },
  { by: 'clustered start', command: 'clustered start server.js', hooks: ['preClose', 'onClose'] },
]
const withSockets = { app: 'fastify-websocket', webSocket: '/socket', starts }

export const rows: Row[] = [
  {
    name: 'fastify-5',
    app: 'fastify',
    framework: 'Fastify 5',
    packages: { fastify: '^5.0.0' },
    starts,
    inCI: true,
  },
  { name: 'fastify-4', app: 'fastify', framework: 'Fastify 4', packages: { fastify: '^4.0.0' }, starts },
  {
    name: 'fastify-websocket-11',
    framework: 'Fastify 5, @fastify/websocket',
    packages: { fastify: '^5.0.0', '@fastify/websocket': '^11.0.0' },
    ...withSockets,
  },
  {
    name: 'fastify-websocket-10',
    framework: 'Fastify 4, @fastify/websocket',
    packages: { fastify: '^4.0.0', '@fastify/websocket': '^10.0.0' },
    ...withSockets,
  },
]
