import { testAdapterOf } from './support/adapters.ts'

for (const name of ['node:http', 'Express 5'] as const) testAdapterOf(name)
