import { spawn } from 'node:child_process'

/**
 * @returns what wrk has counted and, with `--latency`, p50 and p99 in ms.
 *   `errors` are answers that say so, and connections that failed in any way;
 *   `timeouts` is how often an answer took more than 2 s.
 */
export async function wrk(url, ...args) {
  const load = spawn('wrk', [...args, url], { stdio: ['ignore', 'pipe', 'pipe'] })
  let report = ''
  load.stderr.on('data', (text) => (report += text))
  for await (const chunk of load.stdout) report += chunk
  if (!report.includes('requests in')) throw new Error(`wrk has failed: ${report}`)
  const count = (pattern) => Number(pattern.exec(report)?.[1] ?? 0)
  return {
    requests: count(/(\d+) requests in/),
    requestsPerSecond: count(/Requests\/sec:\s+([\d.]+)/),
    p50: latency(report, 50),
    p99: latency(report, 99),
    errors:
      count(/connect (\d+),/) +
      count(/read (\d+),/) +
      count(/write (\d+),/) +
      count(/Non-2xx or 3xx responses: (\d+)/),
    timeouts: count(/timeout (\d+)$/m),
  }
}

const milliseconds = { us: 0.001, ms: 1, s: 1000, m: 60_000 }

function latency(report, percent) {
  const [, value, unit] = new RegExp(`^\\s+${percent}%\\s+([\\d.]+)(us|ms|s|m)\\s*$`, 'm').exec(report) ?? []
  return value && Number(value) * milliseconds[unit]
}
