// A program of ours, in the folder of the peers, that obeys over a channel.
import path from 'node:path'
import { childrenOf } from '../tools/processes.js'
import { end, launch } from './launch.js'

/** @returns it, once it has said that its workers listen. */
export async function startProgram(name, { folder, port, workers, setting, more = {} }) {
  const env = {
    ...process.env,
    PORT: String(port),
    WORKERS: String(workers),
    WITH: setting.app ?? '',
    // Node's own default.
    KEEP_ALIVE_TIMEOUT: String(setting.keepAliveTimeout ?? 5000),
    ...more,
  }
  const program = launch([path.join(folder, 'programs', `${name}.js`)], { ...setting, env, ipc: true })
  const { child, reader } = program
  const done = () =>
    new Promise((resolve, reject) => {
      const ended = () => reject(new Error(`${name} has ended`))
      child.once('exit', ended)
      child.once('message', ({ error }) => {
        child.off('exit', ended)
        if (error) reject(new Error(error))
        else resolve()
      })
    })
  const tell = (command, argument) => {
    if (!child.connected) throw new Error(`${name} has ended`)
    child.send({ command, argument })
    return done()
  }
  const running = {
    root: child.pid,
    reader,
    workers: () => childrenOf(child.pid),
    scale: (count) => tell('scale', count),
    reload: () => tell('reload'),
    stop: () => end(program),
  }
  try {
    await done()
    return running
  } catch (error) {
    await running.stop()
    throw error
  }
}
