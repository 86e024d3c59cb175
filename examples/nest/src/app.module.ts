import { Module } from '@nestjs/common'
import { ScheduleModule } from '@nestjs/schedule'
import { AppController } from './app.controller.js'
import { Database } from './database.js'
import { Jobs } from './jobs.js'

@Module({
  imports: [ScheduleModule.forRoot()],
  controllers: [AppController],
  providers: [Database, Jobs],
})
export class AppModule {}
