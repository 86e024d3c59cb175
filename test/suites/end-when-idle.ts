/**
 * Loaded in the worker before everything else. A worker lives for as long as
 * its channel to the primary does, and a test file ends when it has nothing
 * left to do. So here the channel keeps the process alive only while a server
 * listens, or waits for the primary to say where it does: as the server's own
 * handle would in plain Node.js.
 */
import cluster from 'node:cluster'
import dgram from 'node:dgram'
import net from 'node:net'

/** What `net.Server` and `dgram.Socket` have in common. */
type Method = (this: object, ...args: unknown[]) => unknown
type Prototype = Record<string, Method>

const asking = new Set<object>()
const listening = new Set<object>()
const unreferenced = new WeakSet<object>()

const { channel } = process
const keep = channel?.ref.bind(channel)
const release = channel?.unref.bind(channel)

if (cluster.isWorker && channel) {
  release?.()
  // Nobody else decides it any more.
  channel.ref = channel.unref = () => {}
  watchServers(net.Server.prototype as unknown as Prototype)
  watchAsking(dgram.Socket.prototype as unknown as Prototype, 'bind')
}

/** A socket of UDP gets a handle of its own, which keeps the process alive by itself. */
function watchAsking(prototype: Prototype, ask: 'listen' | 'bind'): void {
  before(prototype, ask, (server) => asking.add(server))
  before(prototype, 'emit', (server, event) => {
    if (event === 'listening' || event === 'error' || event === 'close') asking.delete(server)
  })
}

function watchServers(prototype: Prototype): void {
  watchAsking(prototype, 'listen')
  before(prototype, 'emit', (server, event) => {
    if (event === 'listening' && !unreferenced.has(server)) listening.add(server)
  })
  before(prototype, 'close', (server) => {
    asking.delete(server)
    listening.delete(server)
  })
  before(prototype, 'ref', (server) => {
    unreferenced.delete(server)
    if ((server as net.Server).listening) listening.add(server)
  })
  before(prototype, 'unref', (server) => {
    unreferenced.add(server)
    listening.delete(server)
  })
}

function before(prototype: Prototype, name: string, look: (server: object, argument: unknown) => void): void {
  const original = prototype[name]!
  prototype[name] = function (...args) {
    look(this, args[0])
    if (asking.size + listening.size > 0) keep?.()
    else release?.()
    try {
      return original.apply(this, args)
    } catch (error) {
      // An argument that is refused.
      if (name === 'listen' || name === 'bind') asking.delete(this)
      throw error
    }
  }
}
