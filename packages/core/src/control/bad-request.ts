import { ClusteredError } from '../errors.ts'

/** What was asked for cannot be done as it was asked. */
export class BadRequest extends ClusteredError {
  readonly status: number

  constructor(status: number, message: string) {
    super('ERR_CLUSTERED_BAD_REQUEST', `${message}.`)
    this.status = status
  }
}
