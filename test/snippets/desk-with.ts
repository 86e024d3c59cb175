import { symlinkSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { Desk } from '../support/desk.ts'
import { root } from './pages.ts'

export const isFile: RegExp = /^[\w./-]+\.[mc]?[jt]s$/

const server = "require('node:http').createServer((_, response) => response.end('hello')).listen(0)"

/** What a file is by its name in the documents. */
function contentOf(file: string): string {
  if (file === 'worker.js') return 'setInterval(() => {}, 1000)'
  if (file === 'cleanup.js') return "console.log('clean')"
  // An ES module.
  return /\.m[jt]s$/.test(file)
    ? `import http from 'node:http'; ${server.replace("require('node:http')", 'http')}`
    : server
}

/** A folder with the files that commands of the documents name. */
export function deskWith(t: TestContext, lines: readonly string[][]): Desk {
  const desk = new Desk(t)
  for (const word of lines.flat())
    if (isFile.test(word) && !/config/.test(word)) desk.write(word, contentOf(word))
  for (const name of ['.env', 'build/server/index.js']) desk.write(name, '')
  desk.write('setup.js', '')
  desk.write('with space.cjs', '')
  // What a package has brought along.
  for (const name of ['next', 'react-router-serve', 'remix-serve']) {
    desk.write(`node_modules/${name}/bin.js`, server)
    desk.write(`node_modules/.bin/${name}`, `# cmd-shim-target=../${name}/bin.js`)
  }
  desk.write('package.json', '{ "name": "shop" }')
  symlinkSync(path.join(root, 'node_modules/tsx'), path.join(desk.project, 'node_modules/tsx'))
  const programs = ['web', 'api', 'report'].map((name) => ({
    name,
    file: 'app.js',
    environments: { production: {} },
  }))
  for (const name of ['clustered.config.js', 'services.js'])
    desk.write(name, `module.exports = ${JSON.stringify({ programs })}`)
  desk.write(
    'ecosystem.config.js',
    'module.exports = { apps: [{ name: "web", script: "app.js", env_production: {} }] }',
  )
  return desk
}
