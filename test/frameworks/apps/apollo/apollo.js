import { ApolloServer } from '@apollo/server'
import { setTimeout as sleep } from 'node:timers/promises'

export const apollo = new ApolloServer({
  typeDefs: 'type Query { hello: String, later: String, slow: String }',
  resolvers: {
    Query: {
      hello: () => 'hello',
      later: () => sleep(20, 'later'),
      slow() {
        console.log('slow request begins')
        return sleep(700, 'slow')
      },
    },
  },
  plugins: [
    {
      serverWillStart: async () => ({
        serverWillStop: async () => console.log(`hook serverWillStop ${process.pid}`),
      }),
    },
  ],
})
