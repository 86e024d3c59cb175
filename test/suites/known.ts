/** Files that pass in plain Node.js and not in a worker, and why that is right. */
interface Known {
  why: string
  /** Of the suite and the file, as `run.ts` prints them: one regular expression for each. */
  files: RegExp[]
  /** What the output of such a file has in it. */
  shows?: RegExp
}

const known: Known[] = [
  {
    why:
      'the test reads server.address() as soon as listen() has returned: in a worker it is null until the event ' +
      "'listening', as in node:cluster",
    files: [/^(@fastify\/reply-from|autocannon)\//],
    shows: /null \((reading 'port'|setting 'method')\)/,
  },
  {
    why:
      'a worker whose app has closed its servers is replaced, and who connects to the place meanwhile waits for the ' +
      'new worker; in plain Node.js the connection is refused',
    files: [/^fastify\/test\/(close-pipelining|http2\/closing)/],
  },
  {
    why:
      'a race that the test wins in plain Node.js only: the proxy leaves a connection open whose client has gone ' +
      'before it was there. With connections 5 ms late it never ends in plain Node.js either',
    files: [/^@fastify\/http-proxy\/test\/(websocket|ws-reconnect)/],
    shows: /has not ended within/,
  },
  {
    why:
      "the primary opens the place, so that address(), 'already listening' and the handle are there from the event " +
      "'listening' on, and not as soon as listen() returns; the same in node:cluster",
    files: [
      /^@fastify\/websocket\/test\/base/,
      /^server-destroy\//,
      /^node\/.*net-connect-(immediate-destroy|memleak|reset-before-connected)/,
      /^node\/.*net-server-(address|bind|keepalive|nodelay|call-listen-multiple-times)/,
      /^node\/.*net-socket-(destroy-twice|reset-twice|timeout-unref)/,
    ],
  },
  {
    why:
      'a connection that a full server (maxConnections) cannot take waits for another worker, or for queueTimeout; ' +
      'plain Node.js drops it',
    files: [/^node\/.*net-server-(drop-connections|max-connections)/],
  },
  {
    why: 'the test is about node:cluster: it takes the worker that it runs in for one of its own',
    files: [
      /^node\/.*(http2?|https|net|tls)-.*cluster/,
      /^node\/.*net-(listen-twice|listen-exclusive-random-ports|socket-constructor)/,
    ],
  },
  {
    why: 'a descriptor that a worker listens at is one of the primary, as in node:cluster',
    files: [/^node\/.*net-server-listen-handle/],
  },
  {
    why:
      'the primary closes a place a moment after the last server there: a connection in between is answered with a ' +
      '503 or reset, and not refused',
    files: [/^node\/.*http-econnrefused/],
  },
  {
    why: "Clustered listens for the 'close' of each connection, and the test counts the listeners",
    files: [/^node\/.*http-connect\.js/],
  },
  {
    why: 'node:http is loaded before the test, which wants to be the first',
    files: [/^node\/.*http-parser-lazy-loaded/],
  },
]

/** @param file the suite and the file. */
export function whyItDiffers(file: string, output: string): string | undefined {
  return known.find(
    ({ files, shows }) => files.some((one) => one.test(file)) && (shows?.test(output) ?? true),
  )?.why
}
