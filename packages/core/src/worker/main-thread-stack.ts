import inspector from 'node:inspector'

interface Stack {
  /** Innermost first; empty if the main thread did not stop in time. */
  stack: string[]
  /** What the expression gave, if it was a string. */
  said: string | undefined
}

interface StackOptions {
  /** Evaluated in the main thread while it stands. */
  expression: string
  /** So many frames at most. */
  deepest: number
}

/**
 * How long (in ms) the main thread may run until it has to have stopped: a
 * native call does not. On a busy machine that takes longer than by the clock.
 */
const patience = 1000
const longest = 5 * patience

/** The share of the time that a thread gets at least if it wants to run, however busy the machine is. */
const leastShare = 0.05

/** How long (in ms) an expression may take. */
const longestExpression = 500

/** One after the other: who lets the main thread go on lets it go on for all. */
let last: Promise<unknown> = Promise.resolve()

/**
 * Stops the main thread where it is, takes its stack, and lets it go on, from
 * a thread of its own. The debugger is attached only for that long.
 */
export function takeStack(options: StackOptions, done: (stack: Stack) => void): void {
  last = last
    .then(() => new Promise<Stack>((resolve) => take(options, resolve)))
    .then(done)
    .catch(() => {})
}

function take({ expression, deepest }: StackOptions, done: (stack: Stack) => void): void {
  const session = new inspector.Session()
  const finish = (stack: Stack): void => {
    clearInterval(timer)
    session.removeAllListeners()
    // Also makes the main thread go on.
    session.disconnect()
    done(stack)
  }
  const [began, before] = [performance.now(), process.cpuUsage()]
  const timer = setInterval(() => {
    const elapsed = performance.now() - began
    const { user, system } = process.cpuUsage(before)
    const ran = (user + system) / 1000
    const isStarved = ran > leastShare * elapsed && ran < patience
    if (!isStarved || elapsed > longest) finish({ stack: [], said: undefined })
  }, patience)
  session.connectToMainThread()
  // Frames name their script by number only.
  const urls = new Map<string, string>()
  session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url))
  session.once('Debugger.paused', ({ params: { callFrames } }) => {
    const stack = callFrames.slice(0, deepest).map((frame) => describe(frame, urls))
    const callFrameId = callFrames[0]?.callFrameId ?? ''
    const question = { callFrameId, expression, returnByValue: true, timeout: longestExpression }
    session.post('Debugger.evaluateOnCallFrame', question, (_error, answer) => {
      const said = (answer as inspector.Debugger.EvaluateOnCallFrameReturnType | undefined)?.result
        .value as unknown
      session.post('Debugger.disable', () =>
        finish({ stack, said: typeof said === 'string' ? said : undefined }),
      )
    })
  })
  session.post('Debugger.enable')
  session.post('Debugger.pause')
}

/** Has the main thread go on from every breakpoint, for so many ms. */
export function keepGoing(time: number): void {
  const session = new inspector.Session()
  session.connectToMainThread()
  session.on('Debugger.paused', () => session.post('Debugger.resume'))
  session.post('Debugger.enable')
  setTimeout(() => session.disconnect(), time)
}

function describe(
  { functionName, location }: inspector.Debugger.CallFrame,
  urls: Map<string, string>,
): string {
  const url = urls.get(location.scriptId) ?? ''
  const place = `${url}:${location.lineNumber + 1}:${(location.columnNumber ?? 0) + 1}`
  return functionName ? `${functionName} (${place})` : place
}
