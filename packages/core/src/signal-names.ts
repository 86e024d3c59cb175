import { constants } from 'node:os'

/** They ask the primary to stop, and a worker to be replaced. SIGBREAK is the Ctrl-Break of Windows. */
export const stopSignals: readonly NodeJS.Signals[] = (
  ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGBREAK'] as const
).filter((name) => name in constants.signals)

/** They ask for the newest code: by a reload, or by an end where a watcher starts the program again. */
export const restartSignals = ['SIGHUP', 'SIGUSR2'] as const

/** They ask something of the primary alone: a reload, or another number of workers. */
export const primarySignals = ['SIGHUP', 'SIGUSR2', 'SIGTTIN', 'SIGTTOU'] as const
