import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { it } from 'node:test'
import { pidsOf } from '../support/http.ts'
import { start } from '../support/program.ts'
import { elsewhere, run, tarballOf } from './project.ts'

const program = `
import express from 'express'
import { clustered } from '@clustered/express'

const app = express()
app.get('/pid', (request, response) => response.send(String(process.pid)))
clustered(app, { workers: 2 }).listen(0)
`

interface Manager {
  name: string
  install: string[]
  files?: Record<string, string>
  /** How Node.js is told where packages are, where they are not in node_modules. */
  nodeArgs?: string[]
}

const yarn4 = '@yarnpkg/cli-dist@4.18.1'

const managers: Manager[] = [
  {
    name: 'pnpm',
    install: ['pnpm@12', 'install', '--prefer-offline'],
    files: { 'pnpm-workspace.yaml': `overrides:\n  '@clustered/core': file:${tarballOf('core')}\n` },
  },
  { name: 'Yarn 1', install: ['yarn@1.22.22', 'install', '--no-lockfile', '--prefer-offline'] },
  {
    name: "Yarn 4, with Plug'n'Play",
    install: [yarn4, 'install', '--no-immutable'],
    files: { 'yarn.lock': '', '.yarnrc.yml': 'nodeLinker: pnp\nenableTelemetry: false\n' },
    nodeArgs: ['--require', './.pnp.cjs', '--loader', './.pnp.loader.mjs'],
  },
]

/** npm has installed all the others. */
export function managersInstall(): void {
  for (const { name, install, files = {}, nodeArgs = [] } of managers) {
    it(`are installed by ${name}, and run`, async (t) => {
      const folder = path.join(elsewhere, name.replaceAll(/\W/g, ''))
      mkdirSync(folder, { recursive: true })
      const manifest = {
        private: true,
        // Else Yarn makes no loader for ES modules.
        type: 'module',
        dependencies: { express: '^5.1.0', '@clustered/express': `file:${tarballOf('express')}` },
        // What @clustered/express depends on is not published yet, or is another than this one.
        resolutions: { '@clustered/core': `file:${tarballOf('core')}` },
      }
      const all = { ...files, 'package.json': JSON.stringify(manifest), 'server.mjs': program }
      for (const [file, text] of Object.entries(all)) writeFileSync(path.join(folder, file), text)
      await run('npx', ['-y', '--prefer-offline', ...install], folder)
      const server = start(t, path.join(folder, 'server.mjs'), { cwd: folder, nodeArgs })
      assert.equal((await pidsOf(await server.listens(), 2)).size, 2)
      server.kill('SIGTERM')
      assert.equal(await server.ends(), 0)
    })
  }
}
