import type { Row, Start } from '../row.ts'

/** Without a framework, and what else listens. */
const starts: Start[] = [
  { by: '@clustered/core', command: 'node clustered.js', hooks: ['onDrain', 'onShutdown'] },
  { by: 'clustered start', command: 'clustered start server.js', hooks: ['SIGTERM'] },
]
const withoutAdapter = starts.slice(1)

export const rows: Row[] = [
  { name: 'http', framework: 'node:http', packages: {}, starts },
  { name: 'https', framework: 'node:https', packages: {}, client: 'https', starts, inCI: true },
  { name: 'http2', framework: 'node:http2', packages: {}, client: 'h2', starts, inCI: true },
  { name: 'h2c', framework: 'node:http2, h2c', packages: {}, client: 'h2c', starts },
  { name: 'net', framework: 'node:net', packages: {}, client: 'lines', starts: withoutAdapter, inCI: true },
  {
    name: 'grpc',
    framework: 'gRPC',
    packages: { '@grpc/grpc-js': '^1.0.0' },
    client: 'grpc',
    starts: withoutAdapter,
    inCI: true,
  },
  {
    name: 'aedes',
    framework: 'Aedes, MQTT',
    packages: { aedes: '^1.0.0' },
    client: 'mqtt',
    starts: withoutAdapter,
  },
]
