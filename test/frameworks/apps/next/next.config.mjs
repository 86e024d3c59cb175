import path from 'node:path'

export default {
  output: process.env.NEXT_OUTPUT,
  cacheHandler: path.join(import.meta.dirname, 'cache-handler.cjs'),
  // The cached pages are on the disk, which all workers share.
  cacheMaxMemorySize: 0,
  outputFileTracingRoot: import.meta.dirname,
}
