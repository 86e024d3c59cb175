import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { asWatcher } from './watcher.ts'

describe('what starts a program again at each save', () => {
  for (const [command, name] of [
    ['node /app/node_modules/.bin/nodemon server.js', 'nodemon'],
    ['/usr/bin/node --no-warnings /app/node_modules/nodemon/bin/nodemon.js -q server.js', 'nodemon'],
    [
      'node /app/node_modules/.pnpm/tsx@4.20.0/node_modules/tsx/dist/cli.mjs watch src/server.ts',
      'tsx watch',
    ],
    ['node /app/node_modules/.bin/tsx watch --include src server.ts', 'tsx watch'],
    ['node /app/node_modules/ts-node-dev/lib/bin.js --respawn server.ts', 'ts-node-dev'],
    ['node /app/node_modules/.bin/nest start --watch', 'nest start'],
    ['watchexec -r node server.js', 'watchexec'],
    ['/usr/bin/entr -r node server.js', 'entr'],
    ['node /app/node_modules/tsx/dist/cli.mjs server.ts', undefined],
    ['node /app/node_modules/.bin/nest start', undefined],
    ['node /home/nodemon/server.js', undefined],
    ['node server.js nodemon', undefined],
    ['vim nodemon.json', undefined],
    ['sh -c nodemon server.js', undefined],
    ['', undefined],
  ] as const)
    it(`${command || 'nothing'}: ${name ?? 'none'}`, () => assert.equal(asWatcher(command.split(' ')), name))
})
