/** What the `clustered` command knows of options: `@clustered/core/options`. */
export { fromEnvironment } from './environment.ts'
export { fromFile } from './file.ts'
export { nearest } from './nearest.ts'
export type { Change, Kind, Option } from './option.ts'
export { allOptions, defaultInWords, flagOf, type Named, sayable, variableOf } from './paths.ts'
export { type Sheet, withSheet } from './sheet.ts'
export { readWorkers } from '../worker-count.ts'
