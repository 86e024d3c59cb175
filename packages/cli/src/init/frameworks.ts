/** A framework whose apps are put on every core in the code. */
export interface Framework {
  name: string
  /** The package of the adapter, without its scope. */
  adapter: string
  /** What a project depends on that uses it, and its entry file imports. */
  from: string
  /** How an app is made, where the file makes it. */
  app?: {
    /** What is imported for it: `default`, or by name. */
    made: readonly string[]
    how: 'call' | 'new' | 'create'
    /** Methods that return the app: `Fastify().withTypeProvider()`. */
    chained?: RegExp
    example: string
  }
  /** How many parameters of the callback of `listen` are as they were; 1 is the error. */
  told?: 0 | 1 | 2
  /** What `listen` of the adapter returns can be awaited. */
  isThenable?: boolean
  /**
   * The app does not listen: a function of `from` serves it, whose options are
   * its first argument, or the one behind the app.
   */
  serve?: 'options' | 'app'
  /** Where it listens if nothing says so. */
  defaultPort?: string
  byHand: string
  /** What Node runs, where that is not the entry file: Nest needs what its compiler alone emits. */
  built?: string
}

const listens = 'put clustered(app).listen(...) in place of app.listen(...)'
const serves =
  'put clustered(app).listen(...) in place of serve(...), with what else serve was given as clustered(app, { ... })'

/** The first of several that a file imports counts: Nest, say, is often seen with Express. */
export const frameworks: readonly Framework[] = [
  {
    name: 'Nest',
    adapter: 'nest',
    from: '@nestjs/core',
    app: { made: ['NestFactory'], how: 'create', example: 'const app = await NestFactory.create(AppModule)' },
    byHand: 'have the function that makes the app return it, and give it: clustered(bootstrap).listen(3000)',
    built: 'dist/main.js',
  },
  {
    name: 'Fastify',
    adapter: 'fastify',
    from: 'fastify',
    app: {
      made: ['default', 'fastify', 'Fastify'],
      how: 'call',
      chained: /^withTypeProvider$/,
      example: 'const app = Fastify()',
    },
    told: 2,
    isThenable: true,
    byHand: listens,
  },
  {
    name: 'Hono',
    adapter: 'hono',
    from: '@hono/node-server',
    serve: 'options',
    defaultPort: '3000',
    byHand: serves,
  },
  {
    name: 'h3',
    adapter: 'fetch',
    from: 'h3',
    serve: 'app',
    defaultPort: 'process.env.PORT ?? 3000',
    byHand: serves,
  },
  {
    name: 'srvx',
    adapter: 'fetch',
    from: 'srvx',
    serve: 'options',
    defaultPort: 'process.env.PORT ?? 3000',
    byHand: serves,
  },
  {
    name: 'Elysia',
    adapter: 'fetch',
    from: 'elysia',
    app: {
      made: ['default', 'Elysia'],
      how: 'new',
      chained: /^(?!listen$)/,
      example: 'const app = new Elysia()',
    },
    told: 0,
    byHand: listens,
  },
  {
    name: 'Koa',
    adapter: 'koa',
    from: 'koa',
    app: { made: ['default'], how: 'new', example: 'const app = new Koa()' },
    byHand: listens,
  },
  {
    name: 'Express',
    adapter: 'express',
    from: 'express',
    app: { made: ['default'], how: 'call', example: 'const app = express()' },
    byHand: listens,
  },
]
