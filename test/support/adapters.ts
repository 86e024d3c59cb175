/** A framework in one version that its adapter is made for. */
export interface Framework {
  adapter: string
  /** The file in `test/fixtures/adapters` that exports an app. It answers what the others answer. */
  app: string
  /** What a request for `/users/ada` is counted under, where the framework knows that. */
  route?: string
  /** It has hooks of its own for the end, which are told the signal or not; the app says so by `closes(app, signal)`. */
  closes?: 'told' | 'untold'
  /** Its apps have a server of their own: what the refusal of the option `server` advises. */
  ownServer?: RegExp
}

export const frameworks: Record<string, Framework> = {
  // Uses all that an adapter may have.
  own: {
    adapter: './own-adapter.js',
    app: 'own',
    route: '/users/:name',
    closes: 'told',
    ownServer: /new App\(\{ keepAliveTimeout: 65000 \}\)/,
  },
  'node:http': { adapter: '@clustered/core', app: 'plain' },
  'Express 5': { adapter: '@clustered/express', app: 'express-5', route: '/users/:name' },
  'Express 4': { adapter: '@clustered/express', app: 'express-4', route: '/users/:name' },
  'Fastify 5': {
    adapter: '@clustered/fastify',
    app: 'fastify-5',
    route: '/users/:name',
    closes: 'untold',
    ownServer: /Fastify\(\{ keepAliveTimeout: 65000 \}\)/,
  },
  'Koa 3': { adapter: '@clustered/koa', app: 'koa-3' },
  'Koa 2': { adapter: '@clustered/koa', app: 'koa-2' },
  'Nest 12': {
    adapter: '@clustered/nest',
    app: 'nest-12',
    route: '/users/:name',
    closes: 'told',
    ownServer: /app\.getHttpServer\(\)\.keepAliveTimeout/,
  },
  'Hono 4': { adapter: '@clustered/hono', app: 'hono-4', route: '/users/:name' },
  'a fetch handler': { adapter: '@clustered/fetch', app: 'fetch' },
}

/** Apps that others than their own adapter take as well: they are functions, or have one. */
export const alsoTakes: Record<string, readonly string[]> = {
  '@clustered/core': ['@clustered/express', '@clustered/fetch'],
  '@clustered/fetch': ['@clustered/hono'],
}

export const fixtureUrl = (file: string): string =>
  new URL(`../../fixtures/adapters/${file}`, import.meta.url).href

/** An app of that framework, in this process. */
export async function loadApp({ app }: Framework): Promise<unknown> {
  const { default: made } = (await import(`${fixtureUrl(app)}.js?${loads++}`)) as { default: unknown }
  return made
}
let loads = 0

/** What an adapter exports. */
export async function loadAdapter(adapter: string): Promise<Record<string, any>> {
  return (await import(adapter.startsWith('.') ? fixtureUrl(adapter) : adapter)) as Record<string, any>
}
