import { conform } from './support/conformance.ts'

conform(['own', 'node:http', 'Express 5'])
