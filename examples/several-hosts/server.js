import { clustered } from '@clustered/core'

/** Of this host, in the network of the proxy and of the other hosts. */
const address = process.env.ADDRESS ?? '0.0.0.0'

/** Loaded by workers only: the primary needs neither Socket.IO nor Redis. */
const app = () => import('./app.js')

clustered(async () => (await app()).makeServer(address), {
  // It is the proxy that asks for /readyz, from its own machine.
  admin: { port: 9000, host: address },
  // Longer than the proxy takes to hear of a stop: its inter, its fastinter, and a little.
  shutdownDelay: 3000,
  // Among the workers of this host. Among hosts it is up to the proxy.
  sticky: 'socket.io',
  onLead: async (signal) => (await app()).lead(address, signal),
  onShutdown: async () => (await app()).end(),
}).listen(8000, address)
