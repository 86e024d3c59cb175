/** They ask the primary to stop, and a worker to be replaced. */
export const stopSignals = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const

/** They ask something of the primary alone: a reload, or another number of workers. */
export const primarySignals = ['SIGHUP', 'SIGUSR2', 'SIGTTIN', 'SIGTTOU'] as const
