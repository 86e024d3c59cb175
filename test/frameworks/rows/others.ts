import type { Row } from '../row.ts'

const core = { by: '@clustered/core', command: 'node clustered.js', hooks: ['onDrain', 'onShutdown'] }
const started = { by: 'clustered start', command: 'clustered start server.js', hooks: ['SIGTERM'] }

/** Frameworks that need no adapter. */
export const rows: Row[] = [
  {
    name: 'hapi',
    framework: 'Hapi',
    packages: { '@hapi/hapi': '^21.0.0' },
    starts: [
      { ...core, hooks: ['onPreStop', 'onPostStop'] },
      { ...started, hooks: ['onPreStop', 'onPostStop'] },
    ],
  },
  { name: 'restify', framework: 'Restify', packages: { restify: '^11.0.0' }, starts: [core, started] },
  { name: 'polka', framework: 'Polka', packages: { polka: '^0.5.0' }, starts: [core, started] },
  { name: 'connect', framework: 'Connect', packages: { connect: '^3.0.0' }, starts: [core, started] },
  { name: 'micro', framework: 'Micro', packages: { micro: '^10.0.0' }, starts: [core, started] },
  {
    name: 'http-proxy',
    framework: 'http-proxy',
    packages: { 'http-proxy': '^1.0.0' },
    starts: [core, started],
  },
]
