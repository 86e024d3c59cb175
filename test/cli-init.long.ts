import assert from 'node:assert/strict'
import { readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Desk } from './support/desk.ts'
import { pidsOf } from './support/http.ts'
import { freePort } from './support/port.ts'
import { start } from './support/program.ts'

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
interface Framework {
  adapter: string
  from: string
}
const inside = (file: string): Promise<any> =>
  import(new URL(`../../packages/cli/dist/init/${file}`, import.meta.url).href)
const { frameworks } = (await inside('frameworks.js')) as { frameworks: Framework[] }
const { putAroundApp: put } = (await inside('put-around-app.js')) as {
  putAroundApp: (source: string, file: string, framework: Framework) => { text: string }
}
const putAroundApp = (source: string, file: string, framework: string): string =>
  put(
    source,
    file,
    frameworks.find(({ adapter, from }) => adapter === framework || from === framework)!,
  ).text

const says = 'response.send(String(process.pid))'
const port = 'Number(process.env.PORT)'

/** Apps as people write them, and what each becomes. */
const accepted: { file: string; before: string; after: string; framework?: string; isRun?: boolean }[] = [
  {
    file: 'lines.mjs',
    isRun: false,
    before: `import {\r\n  Router,\r\n  default as express,\r\n} from "express"; // the web\r\n\r\nconst app = express();\r\napp.use(Router().get("/pid", (request, response) => ${says}));\r\napp.listen(\r\n  ${port},\r\n  () => {\r\n    console.log(\`up on \${process.env.PORT}\`);\r\n  },\r\n);\r\n`,
    after: `import {\r\n  Router,\r\n  default as express,\r\n} from "express"; // the web\r\nimport { clustered } from "@clustered/express";\r\n\r\nconst app = express();\r\napp.use(Router().get("/pid", (request, response) => ${says}));\r\nclustered(app).listen(\r\n  ${port},\r\n  () => {\r\n    console.log(\`up on \${process.env.PORT}\`);\r\n  },\r\n);\r\n`,
  },
  {
    file: 'shebang.cjs',
    isRun: false,
    before: `#!/usr/bin/env node\n'use strict'\n\n// The app.\nconst app = require('express')()\napp.get('/pid', (request, response) => ${says})\nif (require.main === module) {\n\tapp.listen(${port}, (error) => {\n\t\tif (error) throw error\n\t\tconsole.log('up')\n\t})\n}\n`,
    after: `#!/usr/bin/env node\n'use strict'\n\n// The app.\nconst { clustered } = require('@clustered/express')\nconst app = require('express')()\napp.get('/pid', (request, response) => ${says})\nif (require.main === module) {\n\tclustered(app).listen(${port}, (error) => {\n\t\tif (error) throw error\n\t\tconsole.log('up')\n\t})\n}\n`,
  },
  {
    file: 'typed.ts',
    before: `import express, { type Express, type Request, type Response } from 'express'\nimport './setup.ts'\n\nexport const app: Express = <Express>(express() as unknown)\napp.get('/pid', (request: Request, response: Response): void => void ${says})\napp.listen(${port}, process.env['HOST'] ?? '127.0.0.1')\n`,
    after: `import express, { type Express, type Request, type Response } from 'express'\nimport './setup.ts'\nimport { clustered } from '@clustered/express'\n\nexport const app: Express = <Express>(express() as unknown)\napp.get('/pid', (request: Request, response: Response): void => void ${says})\nclustered(app).listen(${port}, process.env['HOST'] ?? '127.0.0.1')\n`,
  },
  {
    file: 'several.js',
    framework: 'koa',
    before: `const Koa = require('koa'), path = require('path')\nrequire('node:os').cpus()\nconst app = new Koa({ proxy: true }), part = path.join('a', 'b')\napp.use((context) => { context.body = String(process.pid) }); app.listen(${port})\nmodule.exports = { app, part }\n`,
    after: `const Koa = require('koa'), path = require('path')\nconst { clustered } = require('@clustered/koa')\nrequire('node:os').cpus()\nconst app = new Koa({ proxy: true }), part = path.join('a', 'b')\napp.use((context) => { context.body = String(process.pid) }); clustered(app).listen(${port})\nmodule.exports = { app, part }\n`,
  },
  {
    file: 'start.mjs',
    framework: 'fastify',
    before: `import Fastify from 'fastify'\n\nconst app = Fastify()\napp.get('/pid', async () => String(process.pid))\nconst start = async () => {\n  try {\n    await app.listen({ port: ${port} })\n    console.log('up')\n  } catch (error) {\n    app.log.error(error)\n    process.exit(1)\n  }\n}\nstart()\n`,
    after: `import Fastify from 'fastify'\nimport { clustered } from '@clustered/fastify'\n\nconst app = Fastify()\napp.get('/pid', async () => String(process.pid))\nconst start = async () => {\n  try {\n    await clustered(app).listen({ port: ${port} })\n    console.log('up')\n  } catch (error) {\n    app.log.error(error)\n    process.exit(1)\n  }\n}\nstart()\n`,
  },
  {
    file: 'main.mjs',
    framework: 'nest',
    before: `import { Module } from '@nestjs/common'\nimport { NestFactory } from '@nestjs/core'\n\nclass AppModule {}\nModule({})(AppModule)\n\nasync function bootstrap() {\n  const app = await NestFactory.create(AppModule)\n  app.use('/pid', (request, response) => response.end(String(process.pid)))\n  const port = ${port} || 3000\n  await app.listen(port)\n  console.log(\`up on \${await app.getUrl()}\`)\n}\nbootstrap()\n`,
    after: `import { Module } from '@nestjs/common'\nimport { NestFactory } from '@nestjs/core'\nimport { clustered } from '@clustered/nest'\n\nclass AppModule {}\nModule({})(AppModule)\n\nasync function bootstrap() {\n  const app = await NestFactory.create(AppModule)\n  app.use('/pid', (request, response) => response.end(String(process.pid)))\n  return app\n}\nconst port = ${port} || 3000\nclustered(bootstrap).listen(port)\n`,
  },
  {
    file: 'index.mjs',
    framework: 'hono',
    before: `import { serve } from '@hono/node-server'\nimport { Hono } from 'hono'\n\nconst app = new Hono()\napp.get('/pid', (c) => c.text(String(process.pid)))\n\nserve({\n  fetch: app.fetch,\n  port: ${port}\n}, (info) => {\n  console.log(\`Server is running on http://localhost:\${info.port}\`)\n})\n`,
    after: `import { clustered } from '@clustered/hono'\nimport { Hono } from 'hono'\n\nconst app = new Hono()\napp.get('/pid', (c) => c.text(String(process.pid)))\n\nclustered(app).listen(${port})\n`,
  },
  {
    file: 'handler.mjs',
    framework: 'srvx',
    before: `import { serve } from 'srvx'\n\nserve({ port: ${port}, fetch: (request) => new Response(String(process.pid)) })\n`,
    after: `import { clustered } from '@clustered/fetch'\n\nclustered((request) => new Response(String(process.pid))).listen(${port})\n`,
  },
]

/** What is left alone, and the reason that is given. */
const refused: [reason: RegExp, listen: string, before?: string][] = [
  [/returns is used/, 'const server = app.listen(3000)'],
  [/returns is used/, 'module.exports = app.listen(3000)'],
  [/returns is used/, 'app.listen(3000).setTimeout(1000)'],
  [/returns is used/, 'ready.then(() => app.listen(3000))'],
  [/in a function/, 'function main() { app.listen(3000) }\nmain()\nmain()'],
  [/a loop/, 'for (const port of [1, 2]) app.listen(port)'],
  [/names listen 2 times/, 'app.listen(3000)\napp.listen(3001)'],
  [/something else than app/, "require('http').createServer(app).listen(3000)"],
  [/something else than app/, 'server.listen(3000)', "const server = require('http').createServer(app)"],
  [/not only called/, 'start(app.listen)'],
  [/not only called/, 'app.listen?.(3000)'],
  [/there is no app\.listen/, 'start(app)'],
  [/callback of listen/, 'app.listen(3000, () => { ready = true })'],
  [/callback of listen/, 'app.listen(3000, () => startJobs())'],
  [/callback of listen/, "app.listen(3000, () => { console.log('up'); process.send('ready') })"],
  [/callback of listen/, 'app.listen(3000, async () => { await connect() })'],
  [/callback of listen/, 'app.listen(3000, onListening)'],
  [/callback of listen/, 'app.listen(3000, () => logger.info(i++))'],
  [/is not seen/, 'app.listen(...where)'],
  [/it uses socket\.io/, 'app.listen(3000)', "const { Server } = require('socket.io')"],
  [/it uses node:cluster/, 'app.listen(3000)', "const cluster = require('node:cluster')"],
  [/makes 2 apps/, 'app.listen(3000)', 'const admin = express()'],
  [/clustered already/, 'clustered(app).listen(3000)', "const { clustered } = require('@clustered/express')"],
  [/cannot be read: .*\(5:/, 'app.listen(3000'],
]

describe('clustered init', () => {
  it('writes what it changes, and nothing else', async (t) => {
    const [{ file, before, after }] = accepted as [(typeof accepted)[0]]
    const desk = new Desk(t)
    desk.write(
      'package.json',
      `{ "scripts": { "start": "node ${file}" },\r\n"dependencies": { "express": "1" } }\r\n`,
    )
    desk.write(file, before)
    const { code, stderr } = await desk.run('init')
    assert.equal(code, 0, stderr)
    assert.equal(readFileSync(path.join(desk.project, file), 'utf8'), after)
  })

  for (const { file, before, after, framework = 'express', isRun = true } of accepted)
    it(`changes ${file} of ${framework} and nothing else in it, and the result serves`, async (t) => {
      assert.equal(putAroundApp(before, file, framework), after)
      if (!isRun) return
      const desk = new Desk(t)
      symlinkSync(modules, path.join(desk.project, 'node_modules'))
      desk.write('package.json', '{}')
      desk.write(file, after)
      desk.write('setup.ts', '')
      const at = await freePort()
      const program = start(t, path.join(desk.project, file), {
        cwd: desk.project,
        env: { ...desk.env, PORT: String(at), WEB_CONCURRENCY: '2' },
        nodeArgs: file.endsWith('.ts') ? ['--import', 'tsx'] : [],
      })
      await program.listens()
      assert.equal((await pidsOf(at, 2)).size, 2)
    })

  it('leaves alone what is not plain, and says why', () => {
    for (const [reason, listen, before = ''] of refused) {
      const source = `const express = require('express')\nconst app = express()\n${before}\n${listen}\n`
      assert.throws(() => putAroundApp(source, 'app.js', 'express'), { message: reason }, listen)
    }
    for (const made of ['makeApp()', "require('./app')", 'new Koa()', 'express'])
      assert.throws(
        () =>
          putAroundApp(
            `const express = require('express')\nconst app = ${made}\napp.listen(1)`,
            'a.js',
            'express',
          ),
        /no app is made at the top/,
      )
  })

  it('refuses build output, and names its source', async (t) => {
    const desk = new Desk(t)
    desk.write(
      'package.json',
      '{ "scripts": { "start": "node -r ./env.js dist/index.js" }, "dependencies": { "express": "5" } }',
    )
    const source = "import express from 'express'\nconst app = express()\napp.listen(3000)\n"
    for (const file of ['dist/index.js', 'src/index.ts', 'env.js']) desk.write(file, source)
    const refusal = await desk.run('init')
    assert.equal(refusal.code, 1)
    assert.match(
      refusal.stderr,
      /dist\/index\.js is build output.*clustered init src\/index\.ts.*NOTHING_TO_CHANGE/,
    )
    assert.equal(readFileSync(path.join(desk.project, 'dist/index.js'), 'utf8'), source)
    const { stdout } = await desk.run('init', 'src/index.ts', '--dry-run')
    assert.match(stdout, /src\/index\.ts:[^]*\+ clustered\(app\)\.listen\(3000\)/)
  })
})
