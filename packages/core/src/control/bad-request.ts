import { ClusteredError } from '../errors.ts'

/** What was asked for over the control socket cannot be done as it was asked. */
export class BadRequest extends ClusteredError {
  readonly status: number

  constructor(status: number, message: string) {
    super('ERR_CLUSTERED_BAD_REQUEST', `control socket: ${message}.`)
    this.status = status
  }
}
