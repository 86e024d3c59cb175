// Builds all: tsc checks the code and writes each package's `dist`, and what processes load of @clustered/core is bundled.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleCore } from './bundle-core.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const { status } = spawnSync('tsc', ['-b'], {
  cwd: root,
  env: {
    ...process.env,
    PATH: `${path.join(root, 'node_modules/.bin')}${path.delimiter}${process.env.PATH}`,
  },
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
if (status !== 0) process.exit(status ?? 1)
await bundleCore()
