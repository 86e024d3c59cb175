import type { Row } from '../row.ts'

const hooks = ['onModuleDestroy', 'beforeApplicationShutdown', 'onApplicationShutdown']

const platforms = { Express: 'platform-express', Fastify: 'platform-fastify' }

const row = (version: number, platform: keyof typeof platforms): Row => ({
  name: `nest-${version}-${platform.toLowerCase()}`,
  app: 'nest',
  framework: `Nest ${version} on ${platform}`,
  packages: {
    ...Object.fromEntries(
      ['core', 'common', platforms[platform], 'websockets', 'platform-ws'].map((name) => [
        `@nestjs/${name}`,
        `^${version}.0.0`,
      ]),
    ),
    'reflect-metadata': '^0.2.0',
    rxjs: '^7.8.0',
  },
  starts: [
    { by: '@clustered/nest', command: 'node clustered.js', hooks: [...hooks, 'onShutdown'] },
    { by: 'clustered start', command: 'clustered start main.js', hooks },
  ],
  webSocket: '/socket',
})

export const rows: Row[] = [12, 11, 10].flatMap((version) => [
  row(version, 'Express'),
  row(version, 'Fastify'),
])
