import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

interface Framework {
  name: string
}
interface Changed {
  text: string
  leftOut: string[]
}

const inside = (file: string): Promise<any> =>
  import(new URL(`../../packages/cli/dist/init/${file}`, import.meta.url).href)
const { putAroundApp } = (await inside('put-around-app.js')) as {
  putAroundApp: (source: string, file: string, framework: Framework) => Changed
}
const { frameworks } = (await inside('frameworks.js')) as { frameworks: Framework[] }
const { withMember } = (await inside('package-text.js')) as {
  withMember: (text: string, object: string, key: string, value: string) => string
}

function change(name: string, source: string, file: string): Changed {
  return putAroundApp(
    source,
    file,
    frameworks.find((framework) => framework.name === name)!,
  )
}

interface Case {
  form: string
  framework: string
  file?: string
  before: string
  after: string
  leftOut?: string[]
}

/** Apps as the documentation and the generators of their frameworks have them, and what each becomes. */
const cases: Case[] = [
  {
    form: 'a callback that is told the address',
    framework: 'Fastify',
    before: `
import Fastify from 'fastify'
const fastify = Fastify({ logger: true })

// Declare a route
fastify.get('/', (request, reply) => reply.send({ hello: 'world' }))

// Run the server!
fastify.listen({ port: 3000 }, function (err, address) {
  if (err) {
    fastify.log.error(err)
    process.exit(1)
  }
  fastify.log.info(\`server listening on \${address}\`)
})
`,
    after: `
import Fastify from 'fastify'
import { clustered } from '@clustered/fastify'
const fastify = Fastify({ logger: true })

// Declare a route
fastify.get('/', (request, reply) => reply.send({ hello: 'world' }))

// Run the server!
clustered(fastify).listen({ port: 3000 }, function (err, address) {
  if (err) {
    fastify.log.error(err)
    process.exit(1)
  }
  fastify.log.info(\`server listening on \${address}\`)
})
`,
  },
  {
    form: 'start() with try and catch',
    framework: 'Fastify',
    file: 'server.js',
    before: `
const fastify = require('fastify')({ logger: true });

/**
 * Run the server!
 */
const start = async () => {
  try {
    const port = Number(process.env.PORT) || 3000;
    await fastify.listen({ port, host: '0.0.0.0' }); // everywhere
    console.log(\`running on \${port}\`);
  } catch (err) {
    fastify.log.error(err);
    process.exit(1);
  }
};
start();
`,
    after: `
const { clustered } = require('@clustered/fastify');
const fastify = require('fastify')({ logger: true });

/**
 * Run the server!
 */
const start = async () => {
  try {
    const port = Number(process.env.PORT) || 3000;
    await clustered(fastify).listen({ port, host: '0.0.0.0' }); // everywhere
    console.log(\`running on \${port}\`);
  } catch (err) {
    fastify.log.error(err);
    process.exit(1);
  }
};
start();
`,
  },
  {
    form: 'await at the top of the file, in a try',
    framework: 'Fastify',
    before: `
import { fastify } from 'fastify'
import autoLoad from '@fastify/autoload'

export const app = fastify().withTypeProvider<JsonSchemaToTsProvider>()
await app.register(autoLoad, { dir: 'plugins' })
try {
  await app.listen({ port: 3000 })
} catch (error) {
  app.log.error(error)
  process.exit(1)
}
`,
    after: `
import { fastify } from 'fastify'
import autoLoad from '@fastify/autoload'
import { clustered } from '@clustered/fastify'

export const app = fastify().withTypeProvider<JsonSchemaToTsProvider>()
await app.register(autoLoad, { dir: 'plugins' })
try {
  await clustered(app).listen({ port: 3000 })
} catch (error) {
  app.log.error(error)
  process.exit(1)
}
`,
  },
  {
    form: 'an app that a function makes',
    framework: 'Fastify',
    before: `
import Fastify from 'fastify'
import { database } from './database.js'

async function main(): Promise<void> {
  const server = Fastify({ logger: true })
  await database.connect()
  await server.register(import('@fastify/helmet'))

  await server.listen({ port: Number(process.env.PORT ?? 3000) })
}

void main()
`,
    after: `
import Fastify from 'fastify'
import { database } from './database.js'
import { clustered } from '@clustered/fastify'

async function main() {
  const server = Fastify({ logger: true })
  await database.connect()
  await server.register(import('@fastify/helmet'))

  return server
}

void clustered(main).listen({ port: Number(process.env.PORT ?? 3000) })
`,
  },
  {
    form: 'nest new',
    framework: 'Nest',
    before: `
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  await app.listen(process.env.PORT ?? 3000);
}
bootstrap();
`,
    after: `
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
import { clustered } from '@clustered/nest';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  return app;
}
clustered(bootstrap).listen(process.env.PORT ?? 3000);
`,
  },
  {
    form: 'the Fastify platform, prefix, pipes, microservices, and where it runs',
    framework: 'Nest',
    before: `
import { ValidationPipe, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app/app.module.js';

async function bootstrap(): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter());
  const globalPrefix = 'api';
  app.setGlobalPrefix(globalPrefix);
  app.useGlobalPipes(new ValidationPipe());
  app.enableShutdownHooks();
  app.connectMicroservice({ transport: 3 });
  await app.startAllMicroservices();
  const port = process.env.PORT || 3000; // as the platform says
  await app.listen(port, '0.0.0.0');
  Logger.log(\`🚀 Application is running on: http://localhost:\${port}/\${globalPrefix}\`);
  console.log(\`or: \${await app.getUrl()}\`);
}

bootstrap().catch((error) => {
  console.error(error);
  process.exit(1);
});
`,
    after: `
import { ValidationPipe, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app/app.module.js';
import { clustered } from '@clustered/nest';

async function bootstrap() {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter());
  const globalPrefix = 'api';
  app.setGlobalPrefix(globalPrefix);
  app.useGlobalPipes(new ValidationPipe());
  app.enableShutdownHooks();
  app.connectMicroservice({ transport: 3 });
  await app.startAllMicroservices();
  return app;
}

const port = process.env.PORT || 3000; // as the platform says
clustered(bootstrap).listen(port, '0.0.0.0');
`,
    leftOut: [
      'Logger.log(`🚀 Application is running on: http://localhost:${port}/${globalPrefix}`);',
      'console.log(`or: ${await app.getUrl()}`);',
    ],
  },
  {
    form: 'a try that only logs, and a function without a name',
    framework: 'Nest',
    file: 'main.js',
    before: `
const { NestFactory } = require('@nestjs/core')
const { AppModule } = require('./app.module.js')

;(async () => {
  try {
    const app = await NestFactory.create(AppModule)
    await app.listen(3000)
    console.log('up')
  } catch (error) {
    console.error(error)
  }
})()
`,
    after: `
const { NestFactory } = require('@nestjs/core')
const { AppModule } = require('./app.module.js')
const { clustered } = require('@clustered/nest')

;clustered(async () => {
  try {
    const app = await NestFactory.create(AppModule)
    return app
  } catch (error) {
    console.error(error)
    throw error
  }
}).listen(3000, () => console.log('up'))
`,
  },
  {
    form: 'create-hono',
    framework: 'Hono',
    before: `
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const app = new Hono()

app.get('/', (c) => {
  return c.text('Hello Hono!')
})

serve({
  fetch: app.fetch,
  port: 3000
}, (info) => {
  console.log(\`Server is running on http://localhost:\${info.port}\`)
})
`,
    after: `
import { clustered } from '@clustered/hono'
import { Hono } from 'hono'

const app = new Hono()

app.get('/', (c) => {
  return c.text('Hello Hono!')
})

clustered(app).listen(3000)
`,
    leftOut: ['console.log(`Server is running on http://localhost:${info.port}`)'],
  },
  {
    form: 'serve(app), of another file',
    framework: 'Hono',
    file: 'index.js',
    before: `
const { serve, createAdaptorServer } = require("@hono/node-server");
const { app } = require("./app");

serve(app);
`,
    after: `
const { createAdaptorServer } = require("@hono/node-server");
const { app } = require("./app");
const { clustered } = require("@clustered/hono");

clustered(app).listen(3000);
`,
  },
  {
    form: 'a function that prepares, a host, and a callback that stays',
    framework: 'Hono',
    before: `
import { serve as run } from '@hono/node-server';
import app from './app.js';
import { prepare } from './database.js';

const port = Number(process.env.PORT || 3000);

async function main() {
  await prepare();
  run({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => {
    console.log(\`on \${port}\`);
  });
}

main().catch(console.error);
`,
    after: `
import { clustered } from '@clustered/hono';
import app from './app.js';
import { prepare } from './database.js';

const port = Number(process.env.PORT || 3000);

async function main() {
  await prepare();
  return app;
}

clustered(main).listen(port, '127.0.0.1', () => {
    console.log(\`on \${port}\`);
  });
`,
  },
  {
    form: 'an app and its options',
    framework: 'h3',
    before: `
import { H3, serve } from "h3";

const app = new H3().get("/", () => "⚡️ Tadaa!");

serve(app, { port: 3000 });
`,
    after: `
import { H3 } from "h3";
import { clustered } from "@clustered/fetch";

const app = new H3().get("/", () => "⚡️ Tadaa!");

clustered(app).listen(3000);
`,
  },
  {
    form: 'a handler of its own',
    framework: 'srvx',
    before: `
import { serve } from "srvx";

serve({
  fetch(request) {
    return new Response("hello");
  },
});
`,
    after: `
import { clustered } from "@clustered/fetch";

clustered({ fetch(request) {
    return new Response("hello");
  } }).listen(process.env.PORT ?? 3000);
`,
  },
  {
    form: 'a handler that looks at nothing',
    framework: 'srvx',
    before: `
import { serve } from 'srvx'

serve({ hostname: 'localhost', fetch: () => new Response('hello') })
`,
    after: `
import { clustered } from '@clustered/fetch'

clustered({ fetch: () => new Response('hello') }).listen(process.env.PORT ?? 3000, 'localhost')
`,
  },
  {
    form: 'a chain that listens',
    framework: 'Elysia',
    before: `
import { node } from '@elysiajs/node'
import { Elysia } from 'elysia'

const app = new Elysia({ adapter: node() })
  .get('/', () => 'Hello Elysia')
  .listen(3000, ({ hostname, port }) => {
    console.log(\`🦊 Elysia is running at \${hostname}:\${port}\`)
  })

export type App = typeof app
`,
    after: `
import { node } from '@elysiajs/node'
import { Elysia } from 'elysia'
import { clustered } from '@clustered/fetch'

const app = new Elysia({ adapter: node() })
  .get('/', () => 'Hello Elysia')

clustered(app).listen(3000)

export type App = typeof app
`,
    leftOut: ['console.log(`🦊 Elysia is running at ${hostname}:${port}`)'],
  },
  {
    form: 'a database before it',
    framework: 'Express',
    file: 'server.js',
    before: `
const express = require('express');
const mongoose = require('mongoose');
const app = express();
const port = 3000;

const start = async () => {
  try {
    await mongoose.connect(process.env.MONGO_URI);
    app.listen(port, () => console.log(\`Server is listening on port \${port}...\`));
  } catch (error) {
    console.log(error);
  }
};

start();
`,
    after: `
const express = require('express');
const mongoose = require('mongoose');
const { clustered } = require('@clustered/express');
const app = express();
const port = 3000;

const start = async () => {
  try {
    await mongoose.connect(process.env.MONGO_URI);
    return app;
  } catch (error) {
    console.log(error);
    throw error;
  }
};

clustered(start).listen(port, () => console.log(\`Server is listening on port \${port}...\`));
`,
  },
  {
    form: 'await where it returns a server',
    framework: 'Koa',
    before: `
import Koa from 'koa'

const app = new Koa()
await app.listen(3000)
`,
    after: `
import Koa from 'koa'
import { clustered } from '@clustered/koa'

const app = new Koa()
await clustered(app).listen(3000).ready
`,
  },
]

const nest = `import { NestFactory } from '@nestjs/core'\nasync function bootstrap() {\n  const app = await NestFactory.create(AppModule)\n  LISTEN\n}\nbootstrap()\n`
const fastify = `import Fastify from 'fastify'\nconst app = Fastify()\nLISTEN\n`
const hono = `import { serve } from '@hono/node-server'\nimport app from './app.js'\nLISTEN\n`

/** What is left alone, and the reason that is given. */
const refused: [framework: string, around: string, listen: string, reason: RegExp][] = [
  ['Nest', nest, 'await app.listen(app.get(ConfigService).get("PORT"))', /known in a function only \(app\)/],
  ['Nest', nest, 'let port = 3000\n  await app.listen(port)', /known in a function only \(port\)/],
  [
    'Nest',
    nest,
    'dotenv.config()\n  await app.listen(process.env.PORT)',
    /reads the environment from a file/,
  ],
  ['Nest', nest, 'await app.listen(3000)\n  startJobs()', /goes on when the server listens: startJobs\(\)/],
  ['Nest', nest, 'if (process.env.SERVE) await app.listen(3000)', /does so only if/],
  ['Nest', nest, 'const server = await app.listen(3000)', /returns is used/],
  [
    'Nest',
    nest.replace('create', 'createMicroservice'),
    'await app.listen()',
    /no app is made, as in const app = await/,
  ],
  [
    'Nest',
    nest.replace(/\nbootstrap.*/, '\nbootstrap()\nbootstrap()'),
    'await app.listen(3000)',
    /named 2 times/,
  ],
  [
    'Nest',
    nest.replace(/\nbootstrap.*/, '\nexports.handler = bootstrap'),
    'await app.listen(1)',
    /not only called/,
  ],
  ['Nest', nest.replace('bootstrap() {', 'bootstrap(port) {'), 'await app.listen(port)', /has parameters/],
  [
    'Nest',
    nest.replace('bootstrap()\n', 'bootstrap().catch(report)\n'),
    'await app.listen(1)',
    /more than logged/,
  ],
  [
    'Nest',
    "import { NestFactory } from '@nestjs/core'\nLISTEN",
    'const app = await NestFactory.create(AppModule)\nawait app.listen(3000)',
    /at the top of the file, and so in the primary/,
  ],
  ['Fastify', fastify, 'const address = await app.listen({ port: 3000 })', /returns is used/],
  [
    'Fastify',
    fastify,
    'app.listen({ port: 3000 }, async (err, address) => { await announce(address) })',
    /more than log/,
  ],
  ['Fastify', fastify, 'function start() { app.listen({ port: 3000 }) }', /start is named 0 times/],
  ['Fastify', fastify, 'for (const port of [1, 2]) await app.listen({ port })', /a loop/],
  [
    'Fastify',
    fastify,
    'const make = () => { const app = Fastify(); return app }\nmake().listen(1)',
    /makes 2 apps/,
  ],
  ['Hono', hono, 'const server = serve(app)', /returns is used/],
  ['Hono', hono, 'serve({ fetch: app.fetch, createServer })', /given createServer/],
  ['Hono', hono, 'serve({ ...options })', /options that are not seen/],
  ['Hono', hono, 'serve({ fetch: (request) => app.fetch(request, env), port: 1 })', /not that of an app/],
  ['Hono', hono, 'serve(app)\nserve(app)', /names serve 2 times/],
]

describe('the code that clustered init changes', () => {
  for (const { form, framework, file = 'main.ts', before, after, leftOut = [] } of cases)
    it(`is, of ${framework}: ${form}`, () => {
      const changed = change(framework, before, file)
      assert.equal(changed.text, after)
      assert.deepEqual(changed.leftOut, leftOut)
      const windows = change(framework, before.replaceAll('\n', '\r\n'), file)
      assert.equal(windows.text.replaceAll('\r\n', '\n'), after, 'with the line ends of Windows')
      assert.doesNotMatch(windows.text, /[^\r]\n/)
      assert.throws(() => change(framework, after, file), /clustered already/)
    })

  it('stays as it is where that is not plain, and the reason is given', () => {
    for (const [framework, around, listen, reason] of refused)
      assert.throws(
        () => change(framework, around.replace('LISTEN', listen), 'main.ts'),
        { message: reason },
        listen,
      )
  })
})

describe('the package.json that clustered init changes', () => {
  it('has what is new in its place, and everything else as it was', () => {
    for (const [before, object, key, after] of [
      [
        '{\n\t"files": ["dist", "src"],\n\t"dependencies": {\n\t\t"@a/b": "1",\n\t\t"express": "5"\n\t}\n}\n',
        'dependencies',
        '@clustered/express',
        '{\n\t"files": ["dist", "src"],\n\t"dependencies": {\n\t\t"@a/b": "1",\n\t\t"@clustered/express": "v",\n\t\t"express": "5"\n\t}\n}\n',
      ],
      [
        '{ "dependencies": { "@a/b": "1" } }',
        'dependencies',
        '@clustered/nest',
        '{ "dependencies": { "@a/b": "1", "@clustered/nest": "v" } }',
      ],
      [
        '{\r\n  "name": "x",\r\n  "scripts": {\r\n    "start": "next \\"start\\"",\r\n    "test": "t"\r\n  }\r\n}',
        'scripts',
        'start',
        '{\r\n  "name": "x",\r\n  "scripts": {\r\n    "start": "v",\r\n    "test": "t"\r\n  }\r\n}',
      ],
      [
        '{\n  "name": "x"\n}\n',
        'dependencies',
        'a',
        '{\n  "name": "x",\n  "dependencies": {\n    "a": "v"\n  }\n}\n',
      ],
      ['{\n  "dependencies": {}\n}\n', 'dependencies', 'a', '{\n  "dependencies": {\n    "a": "v"\n  }\n}\n'],
    ] as const)
      assert.equal(withMember(before, object, key, 'v'), after)
  })
})
