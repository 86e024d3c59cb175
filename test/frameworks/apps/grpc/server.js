import grpc from '@grpc/grpc-js'

const same = (bytes) => bytes
const method = (name) => ({
  path: `/Echo/${name}`,
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
})

const server = new grpc.Server()
server.addService(
  { echo: method('echo'), slow: method('slow') },
  {
    echo: (call, answer) => answer(null, call.request),
    slow(call, answer) {
      console.log('slow request begins')
      setTimeout(() => answer(null, call.request), 700)
    },
  },
)
server.bindAsync(`127.0.0.1:${process.env.PORT}`, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error
})
process.once('SIGTERM', () => server.tryShutdown(() => console.log(`hook SIGTERM ${process.pid}`)))
