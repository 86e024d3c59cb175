import type { ClusteredOptions } from '../options.ts'
import { boots } from './boots.ts'
import { connections } from './connections.ts'
import { drains } from './drains.ts'
import { faults } from './faults.ts'
import { health } from './health.ts'
import { operation } from './operation.ts'
import type { Options } from './option.ts'
import { programs } from './programs.ts'

/** Every option. Its type has it that each property of `ClusteredOptions` has one, and no other. */
export const options: Options<ClusteredOptions<any>> = {
  ...boots,
  ...programs,
  ...drains,
  ...connections,
  ...faults,
  ...health,
  ...operation,
}
