import { ClusteredError } from './errors.ts'

/**
 * Refuses what is not Node.js and only looks like it: node:cluster and node:net
 * are of another make there, and fail half way through.
 *
 * @param isSingle whether this process is to serve by itself.
 * @throws {ClusteredError} ERR_CLUSTERED_NOT_NODE
 */
export function refuseOtherRuntimes(isSingle: boolean): void {
  const { bun, deno } = process.versions
  if (bun)
    throw new ClusteredError(
      'ERR_CLUSTERED_NOT_NODE',
      `listen: this is Bun ${bun}, and Clustered needs Node.js. Run the program with node.`,
    )
  if (deno && !isSingle)
    throw new ClusteredError(
      'ERR_CLUSTERED_NOT_NODE',
      `listen: this is Deno ${deno}, and workers need Node.js. Run the program with node, or set workers (or ` +
        'CLUSTERED_WORKERS) to 0, with which it serves from this one process.',
    )
}
