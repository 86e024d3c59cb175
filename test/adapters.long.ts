// Beside Express 5, which is tried with every change.
import { testAdapterOf } from './support/adapters.ts'

for (const name of ['Express 4', 'Koa 2', 'Koa 3'] as const) testAdapterOf(name)
