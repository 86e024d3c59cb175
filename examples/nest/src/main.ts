import { clustered } from '@clustered/nest'
import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.module.js'

clustered(() => NestFactory.create(AppModule)).listen(process.env.PORT ?? 8000)
