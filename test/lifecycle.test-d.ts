// Nothing here runs: that it compiles is the test.
import { type ClusterState, clustered as core, hold, Overload } from '@clustered/core'
import { clustered as express, hold as holdInExpress, shed as shedInExpress } from '@clustered/express'
import { clustered as koa, hold as holdInKoa, shed as shedInKoa } from '@clustered/koa'
import express5 from 'express'
import express4 from 'express4'
import Koa3 from 'koa'
import Koa2 from 'koa2'

export function hooksAreTyped(): void {
  const onReady = (): void => {}
  const onShutdown = async (): Promise<string> => 'what a client library returns'
  const cluster = express(express5(), {
    onReady,
    onDrain: () => {},
    onShutdown,
    shutdownDelay: 5000,
  }).listen()
  koa(new Koa3(), { onReady, onShutdown })
  core((_request, response) => void response.end(), { onDrain: onShutdown })
  const state: ClusterState = cluster.state
  void state
  // @ts-expect-error: a function
  express(express5(), { onDrain: 'close' })
  // @ts-expect-error: it takes no arguments
  express(express5(), { onDrain: (signal: string) => signal })
  // @ts-expect-error: it can only be read
  cluster.state = 'closing'
}

export function holdReturnsWhatItWasGiven(): void {
  for (const held of [hold, holdInExpress, holdInKoa]) {
    const work: Promise<number> = held(Promise.resolve(1))
    void work
    // @ts-expect-error: a promise
    held(1)
  }
}

export function shedIsMiddlewareOfEachFramework(): void {
  express5().use(shedInExpress({ maxLoopDelay: 100 }))
  express4().use('/api', shedInExpress({ maxInFlight: 100, retryAfter: 5 }))
  new Koa3().use(shedInKoa({ maxLoopDelay: 100 }))
  new Koa2().use(shedInKoa({ maxInFlight: 100 }))
  new Koa3<{ user: string }, { find(): void }>().use(shedInKoa({ maxInFlight: 100 }))
  const overload = new Overload({ maxInFlight: 1 })
  const numbers: number[] = [overload.loopDelay, overload.inFlight]
  void numbers
  // @ts-expect-error: bounds are needed
  shedInExpress()
  // @ts-expect-error: a number
  shedInKoa({ maxLoopDelay: '100' })
}
