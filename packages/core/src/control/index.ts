/** What the `clustered` command needs, and any client of the control socket: `@clustered/core/control`. */
export { controlFolders } from './folder.ts'
export { defaultName, isProgramName } from './name.ts'
export type { ErrorInfo, ReloadLine } from './reload-stream.ts'
export { asGiven, givenEnvironment } from '../primary/process/given-environment.ts'
export { asNamed, givenNames, workingDirectory } from '../primary/working-directory.ts'
export { fits, removeStale, socketsIn } from './socket.ts'
export type { LastReload, ProgramStatus, ScaleBounds } from './status.ts'
export { checkOwner, checkOwnerOfTarget, checkSocket, passes, userId } from './trust.ts'
