const { randomUUID } = require('node:crypto')
const { rename, writeFile } = require('node:fs/promises')
const { publish, subscribe, workerId } = require('@clustered/core')
const { default: FileCache } = require('next/dist/server/lib/incremental-cache/file-system-cache.js')

/** Nobody reads a file that is half written. */
async function writeWhole(file, data) {
  const whole = `${file}.${randomUUID()}`
  await writeFile(whole, data)
  await rename(whole, file)
}

module.exports = class SharedCache extends FileCache {
  constructor(context) {
    super({ ...context, fs: { ...context.fs, writeFile: writeWhole } })
  }

  async revalidateTag(tags, durations) {
    await super.revalidateTag(tags, durations)
    await publish('next:tags', { by: workerId(), tags, durations })
  }
}

/** What has expired here has expired in every worker. */
subscribe('next:tags', ({ by, tags, durations }) => {
  if (by !== workerId()) void FileCache.prototype.revalidateTag(tags, durations)
})
