import { setTimeout as sleep } from 'node:timers/promises'

export const load = () => ({ late: sleep(50, 'late') })
