import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { usableCpus } from './cpus.ts'
import type { ClusteredOptions } from './options.ts'
import { resolveOptions } from './settings.ts'

describe('options', () => {
  it('have defaults', () => {
    delete process.env['WEB_CONCURRENCY']
    const { workers, bootTimeout, drainTimeout, reload, balance, crash } = resolveOptions()
    assert.deepEqual(
      { workers, bootTimeout, drainTimeout, reload, balance, crash },
      {
        workers: usableCpus(),
        bootTimeout: 30_000,
        drainTimeout: 10_000,
        reload: { surge: 1, soak: 1000 },
        balance: 'auto',
        crash: 'contain',
      },
    )
  })

  const bad: [options: unknown, message: RegExp][] = [
    [{ workers: 1.5 }, /^workers: 1\.5/],
    [{ workers: '4' }, /^workers: '4' is not valid/],
    [{ workers: 8000 }, /^workers: 8000/],
    [
      { bootTimeout: 0 },
      /^bootTimeout: 0 is not valid\. Allowed: whole milliseconds from 100 to 2147483647\.$/,
    ],
    [
      { drainTimeout: 30 },
      /^drainTimeout: 30 is not valid\. Allowed: 0, or whole milliseconds from 100 to 2147483647; 30 s are 30000\.$/,
    ],
    [{ drainTimeout: Infinity }, /^drainTimeout: Infinity .* to 2147483647\.$/],
    [{ drainTimeout: 2.5 }, /^drainTimeout: 2\.5 .*; 2\.5 s are 2500\.$/],
    [{ bootTimeout: 2 ** 31 }, /^bootTimeout: 2147483648 is not valid/],
    [{ bootTimeout: null }, /^bootTimeout: null is not valid/],
    [{ bootTimeout: 60 }, /^bootTimeout: 60 .*; 60 s are 60000\.$/],
    [{ server: null }, /^server: null is not valid\. Allowed: an object such as/],
    [
      { server: { keepAliveTimeOut: 65_000 } },
      /^server\.keepAliveTimeOut: 65000 is not an option of http\.createServer\. Allowed: one of: IncomingMessage, .*keepAliveTimeout, .*onServer\.$/,
    ],
    [{ server: { key: 'x' } }, /^server\.key: 'x' .*clustered\(https\.createServer/],
    [{ server: { constructor: 1 } }, /^server\.constructor: 1 is not an option/],
    [
      { server: { keepAliveTimeout: '65000' } },
      /^server\.keepAliveTimeout: '65000' is not valid\. Allowed: 0, or/,
    ],
    [{ server: { keepAliveTimeout: 65 } }, /^server\.keepAliveTimeout: 65 .*; 65 s are 65000\.$/],
    [{ server: { requestTimeout: null } }, /^server\.requestTimeout: null/],
    [{ server: { timeout: Infinity } }, /^server\.timeout: Infinity/],
    [{ server: { maxHeaderSize: -1 } }, /^server\.maxHeaderSize: -1 .*a whole number from 0\.$/],
    [{ server: { maxConnections: '9' } }, /^server\.maxConnections: '9'/],
    [{ server: { noDelay: 'no' } }, /^server\.noDelay: 'no' .*true or false\.$/],
    [{ server: { IncomingMessage: {} } }, /^server\.IncomingMessage: .*a class\.$/],
    [{ server: { uniqueHeaders: ['a', 1] } }, /^server\.uniqueHeaders: .*an array of header names\.$/],
    [{ server: { httpValidation: 'lax' } }, /^server\.httpValidation: 'lax' .*'relaxed'/],
    [
      { server: { headersTimeout: 60_000, requestTimeout: 30_000 } },
      /^server: .* is not valid\. Allowed: what http\.createServer takes, which says: .*headersTimeout/,
    ],
    [{ onServer: 'x' }, /^onServer: 'x' is not valid\. Allowed: a function/],
    [{ hangTimeout: 30 }, /^hangTimeout: 30 .*0, or whole milliseconds from 1000 .*; 30 s are 30000\.$/],
    [{ hangTimeout: 300 }, /^hangTimeout: 300 .*; 300 s are 300000\.$/],
    [{ hangTimeout: NaN }, /^hangTimeout: NaN/],
    [{ lagWarning: 1 }, /^lagWarning: 1 .*; 1 s are 1000\.$/],
    [{ lagWarning: null }, /^lagWarning: null/],
    [{ queueTimeout: 5 }, /^queueTimeout: 5 .*; 5 s are 5000\.$/],
    [{ queueTimeout: '30000' }, /^queueTimeout: '30000'/],
    [{ queueTimeout: [30_000] }, /^queueTimeout: \[ 30000 \]/],
    [{ shutdownDelay: 5 }, /^shutdownDelay: 5 .*; 5 s are 5000\.$/],
    [{ shutdownDelay: null }, /^shutdownDelay: null/],
    [{ maxAge: 60 }, /^maxAge: 60 .*whole milliseconds from 1000; 60 s are 60000\.$/],
    [{ maxAge: null }, /^maxAge: null/],
    [{ maxRequests: null }, /^maxRequests: null .*a whole number from 1\.$/],
    [{ maxMemory: 512 }, /^maxMemory: 512 .*a whole number of bytes \(or a share below 1\) from 16777216\.$/],
    [{ maxMemory: '0.5' }, /^maxMemory: '0\.5'/],
    [{ heapLimit: 512 }, /^heapLimit: 512 .*a whole number of bytes from 16777216\.$/],
    [{ heapLimit: null }, /^heapLimit: null/],
    [{ spares: null }, /^spares: null/],
    [{ compileCache: true }, /^compileCache: true is not valid\. Allowed: false, or the name of a folder\.$/],
    [{ compileCache: '' }, /^compileCache: ''/],
    [{ compileCache: null }, /^compileCache: null/],
    [{ workers: null }, /^workers: null/],
    [{ drainTimeout: 10_000n }, /^drainTimeout: 10000/],
    [{ drainTimeout: Object.create(null) }, /^drainTimeout: \[Object: null prototype\] \{\} is not valid/],
    [{ drainTimeout: Symbol('soon') }, /^drainTimeout: Symbol\(soon\)/],
    [{ shutdownDelay: -1 }, /^shutdownDelay: -1/],
    [{ onDrain: 'close' }, /^onDrain: 'close' is not valid\. Allowed: a function\.$/],
    [{ onShutdown: null }, /^onShutdown: null/],
    [{ balance: 'fair' }, /^balance: 'fair' is not valid\. Allowed: 'auto', 'kernel' or 'round-robin'\.$/],
    [{ crash: 'ignore' }, /^crash: 'ignore'/],
    [{ goodbye: true }, /^goodbye: true .*: false, or an object such as \{ perSecond: 200, quiet: 100 \}\.$/],
    [{ goodbye: null }, /^goodbye: null/],
    [{ goodbye: { perSecond: 0 } }, /^goodbye\.perSecond: 0 .*a whole number from 1 to 1000000\.$/],
    [{ goodbye: { quiet: 2 } }, /^goodbye\.quiet: 2 .*; 2 s are 2000\.$/],
    [
      { goodbye: { quit: 2 } },
      /^goodbye\.quit: 2 is not an option; did you mean quiet\? Allowed: one of: perSecond, quiet\.$/,
    ],
    [{ reload: { surge: -1 } }, /^reload\.surge: -1/],
    [{ reload: { soak: -5 } }, /^reload\.soak: -5/],
    [{ reload: { soak: 5 } }, /^reload\.soak: 5 .*; 5 s are 5000\.$/],
    [{ reload: { soak: null } }, /^reload\.soak: null/],
    [{ reload: { surge: null } }, /^reload\.surge: null/],
    [{ reload: null }, /^reload: null/],
    [{ reload: [] }, /^reload: \[\]/],
    [{ reload: 3 }, /^reload: 3 is not valid/],
    [
      { reload: { sock: 3 } },
      /^reload\.sock: 3 is not an option; did you mean soak\? Allowed: one of: surge, soak\.$/,
    ],
    [{ env: { A: 'b' } }, /^env: \{ A: 'b' \} is not valid\. Allowed: a function/],
    [
      { logger: true },
      /^logger: true is not valid\. Allowed: false, an object with the methods info, warn and error, or a function that takes a line\.$/,
    ],
    [{ wokers: 4 }, /^wokers: 4 is not an option; did you mean workers\? Allowed: one of: workers, /],
    [null, /^options: null is not valid\. Allowed: an object\.$/],
  ]
  for (const [options, message] of bad)
    it(`refuse ${inspect(options)}, with the name, the value and what is allowed`, () => {
      assert.throws(() => resolveOptions(options as ClusteredOptions), {
        code: 'ERR_CLUSTERED_BAD_OPTION',
        message,
      })
    })

  it('allow what is small and means something', () => {
    const zeros = { drainTimeout: 0, shutdownDelay: 0, queueTimeout: 0, hangTimeout: 0, lagWarning: 0 }
    assert.equal(resolveOptions({ ...zeros, reload: { soak: 0 } }).hangTimeout, 0)
    const least = { bootTimeout: 100, drainTimeout: 100, hangTimeout: 1000, maxAge: Infinity }
    assert.equal(resolveOptions({ ...least, reload: { soak: 50 } }).maxAge, Infinity)
  })
})
