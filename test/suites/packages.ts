/** A package of the npm registry whose tarball has its tests. */
export interface PackageSuite {
  name: string
  version: string
  /** The files of tests, from the package's folder. */
  files: RegExp
  /** Those of the list that are no tests, or that take minutes. */
  except?: RegExp
  runner: 'node' | 'mocha'
}

const tests = /^test\/.*\.test\.[cm]?js$/

export const packages: PackageSuite[] = [
  { name: 'fastify', version: '5.12.8', files: tests, runner: 'node' },
  { name: '@fastify/reply-from', version: '12.6.5', files: tests, runner: 'node' },
  { name: '@fastify/http-proxy', version: '11.6.3', files: /^test\/[\w-]+\.js$/, runner: 'node' },
  { name: '@fastify/websocket', version: '11.3.6', files: tests, runner: 'node' },
  { name: '@fastify/static', version: '10.1.11', files: tests, runner: 'node' },
  { name: 'light-my-request', version: '6.8.1', files: tests, runner: 'node' },
  { name: 'pino-http', version: '11.0.0', files: /^test\/test\.js$/, runner: 'node' },
  { name: 'autocannon', version: '9.0.0', files: tests, runner: 'node' },
  { name: 'aedes', version: '1.2.0', files: /^test\/[\w-]+\.c?js$/, except: /helper/, runner: 'node' },
  { name: 'needle', version: '3.5.0', files: /^test\/[\w-]+_spec\.js$/, runner: 'mocha' },
  { name: 'http-shutdown', version: '1.2.2', files: /^test\.js$/, runner: 'mocha' },
  { name: 'server-destroy', version: '1.0.1', files: /^test\.js$/, runner: 'node' },
]
