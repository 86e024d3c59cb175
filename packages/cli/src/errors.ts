/** What the command can fail with. The code is stable; the message may get better. */
export type CliErrorCode =
  | 'ERR_CLUSTERED_USAGE'
  | 'ERR_CLUSTERED_UNKNOWN_NAME'
  | 'ERR_CLUSTERED_AMBIGUOUS_NAME'
  | 'ERR_CLUSTERED_NOTHING_RUNNING'
  | 'ERR_CLUSTERED_NOT_RUNNING'
  | 'ERR_CLUSTERED_ALREADY_RUNNING'
  | 'ERR_CLUSTERED_NOT_A_DAEMON'
  | 'ERR_CLUSTERED_NO_SUCH_FILE'
  | 'ERR_CLUSTERED_NOT_A_PROGRAM'
  | 'ERR_CLUSTERED_NO_TYPESCRIPT'
  | 'ERR_CLUSTERED_NO_ANSWER'
  | 'ERR_CLUSTERED_BAD_ANSWER'
  | 'ERR_CLUSTERED_NOT_RESPONDING'
  | 'ERR_CLUSTERED_STATE_FOLDER'
  | 'ERR_CLUSTERED_BUSY'
  | 'ERR_CLUSTERED_INTERRUPTED'
  | 'ERR_CLUSTERED_NAME_TAKEN'
  | 'ERR_CLUSTERED_BOOT_FAILED'
  | 'ERR_CLUSTERED_STILL_RUNNING'
  | 'ERR_CLUSTERED_NOTHING_TO_CHANGE'
  | 'ERR_CLUSTERED_BAD_CONFIG'
  | 'ERR_CLUSTERED_NO_FOLDER'
  | 'ERR_CLUSTERED_TOO_OLD'
  | 'ERR_CLUSTERED_FILE'
  | 'ERR_CLUSTERED_UNKNOWN_USER'
  | 'ERR_CLUSTERED_NOT_ROOT'
  | 'ERR_CLUSTERED_PORT'
  | 'ERR_CLUSTERED_NOT_FOUND'

/** An error that the user of the command can do something about: its message says what. */
export class CliError extends Error {
  override readonly name = 'CliError'
  /** One of ours, or one that a primary has answered with. */
  readonly code: string
  readonly exitCode: number

  constructor(code: CliErrorCode | (string & {}), message: string) {
    super(message)
    this.code = code
    this.exitCode = code === 'ERR_CLUSTERED_USAGE' ? 2 : 1
  }
}
