import type { CAC } from 'cac'
import { heap } from './commands/heap.ts'
import { inspect } from './commands/inspect.ts'
import { profile } from './commands/profile.ts'
import { replace } from './commands/replace.ts'
import { requests } from './commands/requests.ts'
import { stack } from './commands/stack.ts'

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
