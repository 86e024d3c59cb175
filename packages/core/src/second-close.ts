import net from 'node:net'

let forgives = false

/**
 * From now on, to close a server that does not listen is no error, and the
 * callback comes when its connections have ended, as with any other server: for
 * code that ends a process, which cannot know that its servers are closed.
 */
export function forgiveSecondClose(): void {
  if (forgives) return
  forgives = true
  const close = Reflect.get(net.Server.prototype, 'close') as (this: net.Server, done?: unknown) => net.Server
  net.Server.prototype.close = function (done) {
    return close.call(this, done && !this.listening ? () => done.call(this) : done)
  }
}
