import { Controller, Get, Query } from '@nestjs/common'
import { Database } from './database.js'

@Controller()
export class AppController {
  constructor(private readonly database: Database) {}

  @Get()
  async hello(): Promise<string> {
    return `hello ${await this.database.query(0)}\n`
  }

  /** Keeps this worker's core busy; the other workers go on answering. */
  @Get('cpu')
  cpu(): string {
    return `fib(38) = ${fibonacci(38)}, from ${process.pid}\n`
  }

  @Get('slow')
  async slow(@Query('ms') ms = '5000'): Promise<string> {
    return `slow hello ${await this.database.query(Number(ms))}\n`
  }

  /** An error that nothing catches: it ends this worker. */
  @Get('crash')
  crash(): Promise<never> {
    return new Promise(() => {
      setTimeout(() => {
        throw new Error('crashed as asked')
      })
    })
  }
}

function fibonacci(n: number): number {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2)
}
