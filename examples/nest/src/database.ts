import { setTimeout as sleep } from 'node:timers/promises'
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common'

/** Stands for one. It is opened before the first request, and closed after the last. */
@Injectable()
export class Database implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger(Database.name)
  #isOpen = false

  onModuleInit(): void {
    this.#isOpen = true
  }

  async query(ms: number): Promise<string> {
    await sleep(ms)
    if (!this.#isOpen) throw new Error('the database is closed')
    return `from ${process.pid}`
  }

  onApplicationShutdown(signal?: string): void {
    this.#isOpen = false
    this.#logger.log(`closed in ${process.pid}${signal ? `, because of ${signal}` : ''}`)
  }
}
