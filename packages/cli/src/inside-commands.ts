import type { CAC } from 'cac'
import { later } from './later.ts'

const heap = later(async () => (await import('./commands/heap.ts')).heap)
const inspect = later(async () => (await import('./commands/inspect.ts')).inspect)
const profile = later(async () => (await import('./commands/profile.ts')).profile)
const replace = later(async () => (await import('./commands/replace.ts')).replace)
const requests = later(async () => (await import('./commands/requests.ts')).requests)
const stack = later(async () => (await import('./commands/stack.ts')).stack)

const slot = ['--slot <number>', 'Which worker: the slot that it fills, from 0'] as const

/** A look inside a running worker, and what is done to one of them. */
export function withInsideCommands(cli: CAC): void {
  cli
    .command('stack <name>', 'Where each worker is now, and in which request')
    .option(...slot)
    .option('--query', 'Show queries, which may hold secrets')
    .action(stack)
  cli
    .command('requests <name>', 'What is in flight in each worker, the oldest first')
    .option(...slot)
    .option('--query', 'Show queries, which may hold secrets')
    .action(requests)
  cli
    .command('profile <name>', 'What a worker spends its time on: a .cpuprofile')
    .option(...slot)
    .option('--seconds <number>', 'For how long (default: 10)')
    .option('-o, --output <file>', 'Where to: a file that is not there yet, or a folder (default: this one)')
    .action(profile)
  cli
    .command('heap <name>', "What is in a worker's memory: a .heapsnapshot. It stands still meanwhile")
    .option(...slot)
    .option('-o, --output <file>', 'Where to: a file that is not there yet, or a folder (default: this one)')
    .option('--force', 'Even if the memory may not suffice')
    .action(heap)
  cli
    .command('inspect <name>', "Open a worker's inspector on 127.0.0.1, until Ctrl-C")
    .option(...slot)
    .option('--minutes <number>', 'For how long at most (default: 10)')
    .action(inspect)
  cli
    .command('replace <name>', 'Replace one worker, without losing a request')
    .option(...slot)
    .action(replace)
}
