/** A queue that is a folder. Each job is a file, which stays there until the job is done. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const folder = process.env.QUEUE ?? path.join(tmpdir(), 'clustered-queue')
await mkdir(folder, { recursive: true })

/** Named in the order of their coming, and there as a whole or not at all. */
export async function add(text) {
  const name = `${Date.now()}-${process.pid}-${process.hrtime.bigint()}`
  await writeFile(path.join(folder, `.${name}`), text)
  await rename(path.join(folder, `.${name}`), path.join(folder, name))
}

/** The jobs, one after the other, until the signal is aborted. */
export async function* jobs(signal) {
  while (!signal.aborted) {
    const names = await readdir(folder)
    const [name] = names.filter((each) => !each.startsWith('.')).toSorted()
    if (name) {
      yield await readFile(path.join(folder, name), 'utf8')
      // Whoever took it has come back for the next one: it is done.
      await rm(path.join(folder, name))
    } else await sleep(200, undefined, { signal }).catch(() => {})
  }
}
