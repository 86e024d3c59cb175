import { deserialize, serialize } from 'node:v8'
import { ClusteredError } from '../errors.ts'

/** A message on its way: its topic, and its data as base64 of what the structured clone algorithm made of it. */
export type Message = readonly [topic: string, data: string]

/** In characters. */
export const longestTopic = 1024

/** In bytes, of data as they travel: what is larger would keep everything behind it in a channel waiting. */
const largestData = 1024 ** 2

/** The same in base64, in characters. */
export const longestData: number = Math.ceil(largestData / 3) * 4

/** What a message takes, about, besides its characters. */
const overhead = 64

/** In bytes. */
export function sizeOf([topic, data]: Message): number {
  return topic.length + data.length + overhead
}

/**
 * Each process makes its own copy of the data: nobody can change those of another.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_MESSAGE
 */
export function encode(topic: string, data: unknown): Message {
  checkTopic('publish', topic)
  const bytes = clone(topic, data)
  if (bytes.length > largestData)
    throw badMessage(
      `publish: the data for '${topic}' are too large, ${bytes.length} bytes. Allowed: ${largestData}. ` +
        'Send a name by which the others find them',
    )
  return [topic, bytes.toString('base64')]
}

/** @throws what V8 says, if no `encode` has made them. */
export function decode(data: string): unknown {
  return deserialize(Buffer.from(data, 'base64'))
}

/** @throws {ClusteredError} ERR_CLUSTERED_BAD_MESSAGE */
export function checkTopic(call: string, topic: unknown): void {
  if (typeof topic === 'string' && topic.length > 0 && topic.length <= longestTopic) return
  const given = typeof topic === 'string' ? `a string of ${topic.length} characters` : typeof topic
  throw badMessage(`${call}: the topic is ${given}. Expected: a string of 1 to ${longestTopic} characters`)
}

export function badMessage(problem: string, cause?: unknown): ClusteredError {
  return new ClusteredError('ERR_CLUSTERED_BAD_MESSAGE', `${problem}.`, { cause })
}

function clone(topic: string, data: unknown): Buffer {
  try {
    return serialize(data)
  } catch (error) {
    throw badMessage(
      `publish: the data for '${topic}' cannot be sent, as ${String((error as Error).message).replace(/\.$/, '')}. ` +
        'Allowed: what structuredClone() copies, which is plain data, and no function, symbol or promise',
      error,
    )
  }
}
