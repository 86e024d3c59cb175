import { bus } from './bus.ts'

/**
 * Sends `data` to every process of the cluster that subscribes to `topic`,
 * this one included: workers, also those that drain, and the primary. It
 * arrives once or, where a process ends or is too slow to read, not at all;
 * messages of one process arrive in the order they were published in. In
 * single mode, and in a process that is no part of a cluster, this process is
 * the only one.
 *
 * @param topic 1 to 1024 characters.
 * @param data what `structuredClone` copies, 1 MB at most. Each listener gets a copy of its own.
 * @returns a promise that resolves when the message has left this process, for
 * whoever publishes many in a row. It never rejects, and need not be waited for.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_MESSAGE;
 * ERR_CLUSTERED_TOO_MANY_MESSAGES while 8 MB wait to leave this process
 */
export function publish<Data>(topic: string, data: Data): Promise<void> {
  return bus().publish(topic, data)
}

/**
 * Has `listener` called with the data of each message for `topic` that any
 * process of the cluster publishes from now on. It is never called before
 * `publish` or `subscribe` has returned. What it throws is an uncaught error
 * in this process, and keeps nothing from other listeners.
 *
 * @param topic 1 to 1024 characters, compared as a whole.
 * @returns what ends the subscription.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_MESSAGE
 */
export function subscribe<Data = unknown>(topic: string, listener: (data: Data) => unknown): () => void {
  return bus().subscribe(topic, listener)
}
