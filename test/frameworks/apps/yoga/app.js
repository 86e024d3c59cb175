import { createSchema, createYoga } from 'graphql-yoga'
import { setTimeout as sleep } from 'node:timers/promises'

export const app = createYoga({
  logging: false,
  schema: createSchema({
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
  }),
})
