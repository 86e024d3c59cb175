/** Called without arguments; if it returns a promise, that is waited for. */
export type Hook = () => unknown

/**
 * Called with a signal that is aborted when the lead ends. If it returns a
 * promise, no other worker leads before that has settled or the process is gone.
 */
export type LeadHook = (signal: AbortSignal) => unknown

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
  /**
   * Called in one worker of the cluster at a time: for what must be done once,
   * such as cron jobs and queue consumers. The lead is for as long as the
   * worker does not drain, whatever the hook returns. Then the signal is
   * aborted, and no other worker leads before what the hook returned has
   * settled, or this process is gone: it has `drainTimeout`. If the hook
   * fails, it is called again after a while. See docs/several-processes/lead.md.
   */
  onLead?: LeadHook
}
