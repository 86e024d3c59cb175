/** What a client of the control socket needs, `@clustered/core/control`. */
export { checkOwner, controlFolders } from './folder.ts'
export { defaultName, isProgramName } from './name.ts'
export type { ErrorInfo, ReloadLine } from './reload-stream.ts'
export { removeStale, socketsIn } from './socket.ts'
export type { ProgramStatus } from './status.ts'
