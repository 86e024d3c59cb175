/** A package of the npm registry whose tarball has its tests, which Node.js runs without another runner. */
export interface PackageSuite {
  name: string
  version: string
  /** The files of tests, from the package's folder. */
  files: RegExp
  /** Those of the list that are no tests, or that take minutes. */
  except?: RegExp
}

const tests = /^test\/.*\.test\.[cm]?js$/

export const packages: PackageSuite[] = [
  { name: 'fastify', version: '5.12.8', files: tests },
  { name: '@fastify/reply-from', version: '12.6.5', files: tests },
  { name: '@fastify/http-proxy', version: '11.6.3', files: /^test\/[\w-]+\.js$/ },
  { name: '@fastify/websocket', version: '11.3.6', files: tests },
  { name: '@fastify/static', version: '10.1.11', files: tests },
  { name: 'light-my-request', version: '6.8.1', files: tests },
  { name: 'autocannon', version: '9.0.0', files: tests },
  { name: 'aedes', version: '1.2.0', files: /^test\/[\w-]+\.c?js$/, except: /helper/ },
  { name: 'server-destroy', version: '1.0.1', files: /^test\.js$/ },
]
