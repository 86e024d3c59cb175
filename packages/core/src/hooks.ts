/** Called without arguments; if it returns a promise, that is waited for. */
export type Hook = () => unknown

/**
 * Called in each process that serves: in every worker, or in single mode. A
 * hook that fails is reported in the log and changes nothing else.
 */
export interface Hooks {
  /** Called once the worker listens and is ready. Nothing but the worker's own drain waits for it. */
  onReady?: Hook
  /**
   * Called when the drain begins, beside the lame duck: for what does not end
   * by itself, such as WebSockets, event streams and queue consumers. It may
   * take what `drainTimeout` allows the drain; after that it is named in the
   * log and left behind.
   */
  onDrain?: Hook
  /**
   * Called after the last request and after all held work, before the worker
   * leaves: for what requests need, such as the database. It may take what is
   * left of `drainTimeout`, and 1000 ms at least; after that it is named in
   * the log and left behind.
   */
  onShutdown?: Hook
}
