import type { Distribution } from './metric.ts'

/** The same, which stays as it is while the original is counted on. */
export function snapshot({ labels, counts, sum }: Distribution): Distribution {
  return { labels, counts: [...counts], sum }
}
