import { Controller, Get, type INestApplication, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'

@Controller()
export class HealthController {
  @Get()
  check(): string {
    return 'hello'
  }
}

@Module({ controllers: [HealthController] })
export class AppModule {}

export type { INestApplication }
export { NestFactory }
export const app = { use: (_middleware: unknown): void => {} }
export const createApp = (): Promise<INestApplication> => NestFactory.create(AppModule)
