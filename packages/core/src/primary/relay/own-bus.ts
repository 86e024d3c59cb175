import { bus } from '../../messages/bus.ts'
import type { PrimaryCluster } from '../primary-cluster.ts'

/** The program may publish and subscribe in the primary too. What its listeners throw ends nothing. */
export function connectBus({ relay, boundary }: PrimaryCluster): void {
  const own = bus()
  own.runWith((topic, listener) => boundary.run(`a listener for '${topic}'`, listener))
  relay.connect((messages) => own.deliver(messages))
  own.connect({
    send(messages, sent) {
      relay.publish(undefined, messages)
      sent()
    },
    // It hears of all that workers publish.
    follow() {},
  })
}
