import inspector from 'node:inspector'
import { writeFile } from 'node:fs/promises'
import type { Written } from '../../protocol/inside.ts'
import type { NewFile } from './new-file.ts'

/** Samples at most: what a profile takes to be put together grows with them, and the main thread stands for that. */
const mostSamples = 30_000

/** Microseconds. */
const shortestInterval = 1000

/** @param time milliseconds. */
export async function writeProfile(file: NewFile, time: number, signal: AbortSignal): Promise<Written> {
  const session = new inspector.Session()
  session.connect()
  try {
    const interval = Math.max(shortestInterval, Math.ceil((time * 1000) / mostSamples))
    await post(session, 'Profiler.enable')
    await post(session, 'Profiler.setSamplingInterval', { interval })
    const began = performance.now()
    await post(session, 'Profiler.start')
    const starting = performance.now() - began
    await sleep(time, signal)
    const ended = performance.now()
    const { profile } = (await post(session, 'Profiler.stop')) as inspector.Profiler.StopReturnType
    const text = JSON.stringify(profile)
    const ending = performance.now() - ended
    await writeFile(file.part, text)
    return { file: file.name, size: file.finish(), paused: Math.round(Math.max(starting, ending)) }
  } finally {
    session.disconnect()
  }
}

function post(session: inspector.Session, method: string, params: object = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    session.post(method, params, (error, result) => (error ? reject(error) : resolve(result)))
  })
}

function sleep(time: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, time)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    })
  })
}
