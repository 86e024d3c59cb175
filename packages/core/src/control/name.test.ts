import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { defaultName, isProgramName } from './name.ts'

const root = mkdtempSync(path.join(tmpdir(), 'clustered-name-'))
after(() => rmSync(root, { recursive: true }))

describe("a program's name", () => {
  it("is the entry file's without a package", () => {
    assert.equal(defaultName(path.join(root, 'app.js'), root), 'app')
    assert.equal(defaultName(path.join(root, 'my app.server.mjs'), root), 'my-app.server')
  })

  it('is that of the nearest package which has one, without its scope', () => {
    mkdirSync(path.join(root, 'shop/src'), { recursive: true })
    writeFileSync(path.join(root, 'shop/package.json'), '{"name":"@acme/shop"}')
    writeFileSync(path.join(root, 'shop/src/package.json'), '{"type":"module"}')
    assert.equal(defaultName(path.join(root, 'shop/src/server.js'), root), 'shop')
  })

  it("is the project's, where it is a command that a package of the project has brought along", () => {
    const tool = path.join(root, 'shop/node_modules/.pnpm/next@1.0.0/node_modules/next')
    mkdirSync(path.join(tool, 'bin'), { recursive: true })
    writeFileSync(path.join(tool, 'package.json'), '{"name":"next"}')
    const file = path.join(tool, 'bin/next')
    assert.equal(defaultName(file, path.join(root, 'shop')), 'shop')
    assert.equal(defaultName(file, path.join(root, 'shop/src')), 'shop')
    assert.equal(
      defaultName(file, root),
      'next',
      'started from elsewhere, as a program that is installed globally',
    )
  })

  it('can be typed in a shell, and be a folder', () => {
    for (const name of ['app', 'my-app.2', '_x', 'a'.repeat(64)]) assert.ok(isProgramName(name), name)
    for (const name of ['', '.', '..', '../x', 'a b', '-x', 'a/b', 'a'.repeat(65), 7])
      assert.ok(!isProgramName(name), String(name))
    assert.ok(isProgramName(defaultName('/..js', '/')))
  })
})
