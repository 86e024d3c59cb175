import type { GoodbyeSettings } from '../goodbye-settings.ts'
import type { ClusterState, SlotInfo, Vitals, WorkerInfo } from '../cluster.ts'
import type { Message } from '../messages/message.ts'
import type { Hint } from './hints.ts'
import type { WorkerMetric } from '../telemetry/metric.ts'
import type { Question } from './inside.ts'

/** What the primary tells a worker at fork, before any message. */
export interface WorkerBriefing {
  /** The primary's pid: whoever finds an orphan can tell whether its primary lives. */
  primary: number
  /** The primary's `protocolVersion`. */
  protocol: number
  slot: number
  generation: number
  /** What it is called in the ids of sessions. A primary of an older release does not say, nor what follows. */
  id?: string
  /** Where workers have their private sockets, the first choice first. */
  folders?: readonly string[]
  /** As the primary was told; what the program says counts more. */
  sticky?: 'socket.io' | undefined
  /** Where the cluster listens. */
  ports: readonly number[]
  /** Milliseconds. */
  drainTimeout: number
  /** A primary of an older release does not say. */
  goodbye?: GoodbyeSettings | false | undefined
  crash: 'contain' | 'exit'
  /** Whether it tells its metrics. A primary of an older release does not say. */
  metrics?: boolean
  /** Milliseconds; 0 for never. */
  lagWarning: number
  /** Milliseconds; 0 for never. */
  hangTimeout: number
  /** Node's compile cache, if it has one; the first worker of each release writes what is not there yet. */
  compileCache?: { folder: string; isWriter: boolean } | undefined
  /**
   * Of a program that need not listen: how long (in ms) it has to stay up to be
   * ready, or that it says so itself. Not there of any other.
   */
  readyAfter?: number | 'message' | undefined
  /** Such a program serves from when it listens. */
  mayListen?: boolean | undefined
  /** The primary says who leads. One of an older release does not. */
  leads?: boolean
  /** Whether it looks for what in its program is for one process. A primary of an older release does not say. */
  hints?: boolean
  /** Of a spare: the variables that are to say its slot once it has one. */
  slotVariables?: readonly string[] | undefined
}

/** What a worker's `server.listen(...)` asks for, after Node has read its arguments. */
export interface ListenRequest {
  address: string | null
  port: number
  addressType: number
  fd?: number | undefined
  flags?: number | undefined
  backlog?: number | undefined
  /** Of a unix socket. */
  readableAll?: boolean | undefined
  writableAll?: boolean | undefined
  /** The file mode creation mask that its file is made under. */
  umask?: number | undefined
}

/** Where a listener is, as `getsockname` says it; unix sockets have no such thing. */
export type SocketName = { address?: string; port?: number; family?: string } | null

/** An error on its way from one process to the other. */
export interface LastWords {
  name: string
  message: string
  code: string | undefined
  stack: string
  /** That it came from, such as `GET /orders?id=1`, if that is known. */
  request?: string | undefined
}

/** Node's own error of a `listen`, on its way to the server that asked. */
export interface Refusal {
  message: string
  code?: string | undefined
  errno?: number | undefined
  syscall?: string | undefined
  address?: string | undefined
  port?: number | undefined
}

/** A method of `Cluster`, called in a worker and carried out by the primary. */
export type ForwardedCall =
  | { method: 'reload' }
  | { method: 'metrics' }
  | { method: 'scale'; workers: number }
  /** With `now`, what is left is cut. */
  | { method: 'close'; now?: boolean }

/** What a worker's heartbeat says of its main loop. */
export interface Beat {
  /** The next beat follows within that many ms. */
  next: number
  /** Of the main loop since the beat before, 0 to 1. */
  utilization: number
  /** Connections that each server has and keeps, by the key of its place. */
  open: Record<string, number>
  /** It has no descriptors for more of them. */
  scarce?: boolean
}

/**
 * How often (in ms) a worker beats, at most: while connections come, which may
 * have to be kept from it; while it has connections; while it has none. `perWorker` (in ms) for each worker
 * that there is: the primary hears so many beats a second at most.
 */
export const beats = {
  accepting: { every: 20, perWorker: 1 },
  open: { every: 100, perWorker: 5 },
  idle: { every: 1000, perWorker: 0 },
}

export type ToPrimary =
  /** Asks to share the place called `key`. */
  | {
      type: 'listen'
      key: string
      request: ListenRequest
      secure: boolean
      ticketKeys: unknown
      /** The app has chosen them, and Node has not made them up. */
      chosenKeys: boolean
    }
  /** The app has chosen other ticket keys for the server called `key`. */
  | { type: 'ticket-keys'; key: string; ticketKeys: unknown }
  /** The server called `key` is ready for connections. */
  | { type: 'listening'; key: string }
  /** The server called `key` was closed by the app. */
  | { type: 'closed'; key: string }
  /** It need not listen, and is ready: it has stayed up for long enough, or says so. */
  | { type: 'ready' }
  /** Nothing is left in its event loop but servers that listen: it will not listen anywhere else. */
  | { type: 'settled' }
  /** It understands that it is told to lead: a worker of an older release does not. */
  | { type: 'may-lead' }
  /** Nothing that leads goes on in it any more, and it will not lead again. */
  | { type: 'lead-over' }
  /** The answer to hand-offs; what is not accepted goes to another worker. */
  | { type: 'answer'; key: string; connections: number[]; accepted: boolean }
  /** The server called `key` has reached its `maxConnections`, or is below it again. */
  | { type: 'room'; key: string; hasRoom: boolean }
  /** It has closed its copy of a socket that was lent to it. */
  | { type: 'returned'; key: string; socket: number }
  /** With a connection between two requests (`served`), or before its first: another worker is to have it. */
  | { type: 'adopt'; key: string; served: boolean }
  /** With a connection whose next request, of which `bytes` have been read, is for the worker called `to`. */
  | { type: 'pass'; key: string; to: string; bytes: string }
  /** It has given what it was told to give, or as much of that as it can. */
  | { type: 'gave'; key: string }
  | ({ type: 'beat' } & Beat)
  | { type: 'vitals'; vitals: Vitals }
  /**
   * Its own totals since its boot: those that have changed since it told them before. `measured`
   * says whether an OpenTelemetry SDK of the program's measures in it as well.
   */
  | { type: 'metrics'; metrics: WorkerMetric[]; measured?: boolean }
  /** A signal meant for this worker alone. */
  | { type: 'signal'; signal: string }
  /** An uncaught error: this worker dies of it, now or, if it is contained, when it has drained. */
  | { type: 'crash'; error: LastWords; contained: boolean }
  /** It ends in failure, and this is the last that it wrote to stderr. */
  | { type: 'said'; text: string }
  /** What the program gives to `clustered`; of `others`, only the names can be told. */
  | { type: 'options'; options: Record<string, unknown>; others: string[] }
  /** The app has checks of its own, by these names. */
  | { type: 'checks'; names: string[] }
  /** Its program uses what is for one process. */
  | { type: 'hint'; hint: Hint }
  /** For the log: it lives on. */
  | { type: 'problem'; problem: string }
  | { type: 'call'; id: number; call: ForwardedCall }
  /** For the processes that subscribe to their topics. */
  | { type: 'publish'; messages: Message[] }
  /** It has its first listener for a topic. */
  | { type: 'subscribe'; topic: string }
  /** It has none any more. */
  | { type: 'unsubscribe'; topic: string }
  /** It writes to the log files that it was told of, or cannot open them. */
  | { type: 'reopened'; turn: number }
  /** The answer to a question; what it must look like depends on that. */
  | { type: 'told'; id: number; answer: unknown; error: { code: string; message: string } | undefined }

/** The file that what is written to stdout or stderr is to go to. */
export interface LogTarget {
  fd: 1 | 2
  file: string
}

/** What a worker needs to say whether the program is ready. Times are in milliseconds. */
export interface Readiness {
  /** How many slots have to be ready. */
  needed: number
  checkTimeout: number
  checkMaxAge: number
}

/** Which of a listener's sockets is lent, and how long its queue may grow. */
export interface Loan {
  socket: number
  backlog: number
}

export type ToWorker =
  /** With a listening socket where `loan` says so: a server that listens accepts, from the start. */
  | {
      type: 'listen-reply'
      key: string
      /** Why there is nothing to listen at, if there is nothing. */
      refusal?: Refusal
      /** The primary itself serves there: the server here gets no connections, and does not count. */
      idle?: boolean
      balance?: 'kernel' | 'round-robin'
      socketName?: SocketName
      ticketKeys?: unknown
      loan?: Loan | undefined
    }
  /** The app has chosen other ticket keys in a sibling. */
  | { type: 'ticket-keys'; key: string; ticketKeys: unknown }
  /** With a listening socket: accept from it for the server called `key`. */
  | { type: 'lend'; key: string; loan: Loan }
  /** Stop accepting from that socket. */
  | { type: 'take-back'; key: string; socket: number }
  /**
   * With a connection: a hand-off. `served` says whether it has brought requests elsewhere;
   * `bytes` of the next one have been read there, and it is to be served here.
   */
  | { type: 'connection'; key: string; connection: number; served: boolean; bytes?: string | undefined }
  /** So many connections of the server called `key` are for others to serve. */
  | { type: 'give'; key: string; count: number }
  /**
   * There was no answer to that hand-off. Either its answer is on its way, ahead
   * of the one to this, or the connection got lost on its way here.
   */
  | { type: 'hand-off-check'; key: string; connection: number }
  /**
   * The last message that can bring a connection has been sent: finish and
   * leave, within `timeout` ms. With `migrate`, others are there to adopt idle
   * connections. The reason is the name of a signal, if it was one.
   */
  | {
      type: 'drain'
      migrate: boolean
      goodbye?: GoodbyeSettings | false
      timeout: number
      reason: string
    }
  /** Until it drains, it is the one that leads: no other does. */
  | { type: 'lead' }
  /** A primary of an older release says nothing of slots. */
  | {
      type: 'workers'
      workers: WorkerInfo[]
      slots?: SlotInfo[]
      state: ClusterState
      readiness?: Readiness
    }
  /** What other processes have published for topics that it subscribes to. */
  | { type: 'messages'; messages: Message[] }
  /** The log files were rotated. */
  | { type: 'reopen'; turn: number; targets: LogTarget[] }
  /** Somebody looks inside. */
  | { type: 'ask'; id: number; question: Question }
  | {
      type: 'call-reply'
      id: number
      error: { code: string; message: string } | undefined
      /** Of a call that returns something. */
      result?: unknown
    }
