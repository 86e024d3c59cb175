// The versions before the current ones.
import { testAdapterOf } from './support/adapters.ts'

for (const name of ['Express 4', 'Koa 2'] as const) testAdapterOf(name)
