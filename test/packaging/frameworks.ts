interface Framework {
  /** What its users import, and from where. */
  imports: Record<string, string>
  /** An expression whose value is an app that answers with its pid, or a function that makes it. */
  app: string
  /** What a program depends on besides. */
  more?: string[]
  /** It has no CommonJS: compilers before 5.8, and modules before nodenext, do not let that require it. */
  isModule?: true
}

/** By the names of their adapters. */
const frameworks: Record<string, Framework> = {
  express: {
    imports: { express: 'express' },
    app: "express().get('/pid', (_request, response) => void response.send(String(process.pid)))",
    more: ['@types/express'],
  },
  fastify: {
    imports: { Fastify: 'fastify' },
    app: "Fastify().get('/pid', async () => String(process.pid))",
  },
  koa: {
    imports: { Koa: 'koa' },
    app: 'new Koa().use((context) => void (context.body = String(process.pid)))',
    more: ['@types/koa'],
  },
  nest: {
    imports: { '{ Controller, Get, Module }': '@nestjs/common', '{ NestFactory }': '@nestjs/core' },
    app: `() => {
  class Answers { pid() { return String(process.pid) } }
  Get('pid')(Answers.prototype, 'pid', { value: Answers.prototype.pid })
  Controller()(Answers)
  class AppModule {}
  Module({ controllers: [Answers] })(AppModule)
  return NestFactory.create(AppModule)
}`,
    more: ['@nestjs/platform-express', 'reflect-metadata', 'rxjs'],
    isModule: true,
  },
  hono: {
    imports: { '{ Hono }': 'hono' },
    app: "new Hono().get('/pid', (context) => context.text(String(process.pid)))",
    more: ['@hono/node-server'],
  },
  fetch: {
    imports: {},
    app: '{ fetch: () => new Response(String(process.pid)) }',
  },
}

export const names: string[] = Object.keys(frameworks)

/** Those that any old compiler and loader can read. */
export const oldest = ['express', 'koa']

export const isModule = (name: string): boolean => frameworks[name]!.isModule ?? false

/** What a program of one of them depends on, besides the adapter. */
export function dependenciesOf(name: string): string[] {
  const { imports, more = [] } = frameworks[name]!
  return Object.values(imports).concat(more)
}

// Programs in which each framework is put on every core by one line, and listens at a socket of its own. What they
// call things begins with the name of the framework: all of them fit into one file.

const listen = (name: string): string => `listen(process.env['SOCKETS'] + '/${name}')\n`

export function module(wanted: string[]): string {
  return wanted
    .map((name) => {
      const { imports, app } = frameworks[name]!
      return `${importing(imports, name)}${name}Clustered(${app}).${listen(name)}`
    })
    .join('')
}

const importing = (imports: Record<string, string>, name: string): string =>
  Object.entries({ ...imports, [`{ clustered as ${name}Clustered }`]: `@clustered/${name}` })
    .map(([what, from]) => `import ${what} from '${from}'\n`)
    .join('')

export function commonjs(wanted: string[]): string {
  return wanted
    .map((name) => {
      const { imports, app } = frameworks[name]!
      const required = Object.entries(imports).map(([what, from]) => `const ${what} = require('${from}')\n`)
      return `${required.join('')}require('@clustered/${name}').clustered(${app}).${listen(name)}`
    })
    .join('')
}

export function typed(wanted: string[]): string {
  return wanted
    .map((name) => {
      const { imports, app } = frameworks[name]!
      return `${importing(imports, name)}
import type { Cluster as ${name}Cluster, ClusteredOptions as ${name}Options } from '@clustered/${name}'
const ${name}Given: ${name}Options = {}
const ${name}Whole = ${name}Clustered(${app}, ${name}Given)
const ${name}Done: ${name}Cluster = ${name}Whole.${listen(name)}
${name}Done.ready satisfies Promise<void>
export const { app: ${name}App, listen: ${name}Listen } = ${name}Whole
`
    })
    .join('')
}

/** Whatever the public face has, exported without a word on its type. */
export function exporting(name: string): string {
  const { imports, app } = frameworks[name]!
  return `${importing(imports, name)}
export const whole = ${name}Clustered(${app})
export const { app, listen } = whole
export const cluster = listen(0)
export const { workers, state, ready, on } = cluster
export const made = ${name}Clustered(${app.startsWith('() =>') ? 'app' : '() => app'})
`
}
