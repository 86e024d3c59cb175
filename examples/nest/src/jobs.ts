import { once } from 'node:events'
import { onLead } from '@clustered/nest'
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common'
import { Cron, SchedulerRegistry } from '@nestjs/schedule'
import { Database } from './database.js'

/** `disabled` is for the decorator only: no worker starts it by itself. */
const inTheLead = { disabled: true, waitForCompletion: true }

@Injectable()
export class Jobs implements OnApplicationBootstrap {
  readonly #logger = new Logger(Jobs.name)

  constructor(
    private readonly schedule: SchedulerRegistry,
    private readonly database: Database,
  ) {}

  @Cron('*/5 * * * * *', inTheLead)
  async report(): Promise<void> {
    this.#logger.log(`the report begins in ${process.pid}`)
    await this.database.query(1000)
    this.#logger.log(`the report is done in ${process.pid}`)
  }

  /** All jobs run in one worker at a time. The next one starts them when those that have begun here have ended. */
  onApplicationBootstrap(): void {
    onLead(async (signal) => {
      const jobs = [...this.schedule.getCronJobs().values()]
      for (const job of jobs) job.start()
      await once(signal, 'abort')
      await Promise.all(jobs.map(async (job) => job.stop()))
    })
  }
}
