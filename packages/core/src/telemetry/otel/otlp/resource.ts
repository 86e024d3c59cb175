import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Attributes } from '../names.ts'
import type { Variables } from './variables.ts'

/**
 * Who exports: this primary, for all its workers.
 * @param name of the program, unless the variables say another.
 */
export function resourceOf(variables: Variables, name: string): Attributes {
  const service = variables.get('OTEL_SERVICE_NAME')?.value
  return {
    'service.name': name,
    'service.instance.id': randomUUID(),
    'host.name': hostname(),
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    ...Object.fromEntries(variables.pairs(variables.get('OTEL_RESOURCE_ATTRIBUTES'))),
    ...(service !== undefined && { 'service.name': service }),
  }
}
