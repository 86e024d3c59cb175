/** What a Nest app looks like, in Nest 10, 11 and 12 alike, on Express and on Fastify. */
export interface NestApp {
  init(): Promise<unknown>
  close(signal?: string): Promise<void>
  getHttpAdapter(): any
  getHttpServer(): any
}
