import { frameworks } from './support/adapters.ts'
import { conform } from './support/conformance.ts'

// Beside those that are tried with every change.
conform(Object.keys(frameworks).filter((name) => !['own', 'node:http', 'Express 5'].includes(name)))
