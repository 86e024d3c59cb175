import { spawn } from 'node:child_process'

/**
 * @returns what wrk has counted and, with `--latency`, p50 and p99 in ms.
 *   `errors` are answers that say so, and connections that failed in any way.
 */
export async function wrk(url, ...args) {
  const load = spawn('wrk', [...args, url], { stdio: ['ignore', 'pipe', 'pipe'] })
  let report = ''
  load.stderr.on('data', (text) => (report += text))
  for await (const chunk of load.stdout) report += chunk
  if (!report.includes('requests in')) throw new Error(`wrk has failed: ${report}`)
  const count = (pattern) => Number(pattern.exec(report)?.[1] ?? 0)
  const failures = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(report) ?? []
  return {
    requests: count(/(\d+) requests in/),
    requestsPerSecond: count(/Requests\/sec:\s+([\d.]+)/),
    p50: latency(report, 50),
    p99: latency(report, 99),
    errors: failures
      .slice(1)
      .reduce((sum, failed) => sum + Number(failed), count(/Non-2xx or 3xx responses: (\d+)/)),
  }
}

const milliseconds = { us: 0.001, ms: 1, s: 1000, m: 60_000 }

function latency(report, percent) {
  const [, value, unit] = new RegExp(`^\\s+${percent}%\\s+([\\d.]+)(us|ms|s|m)$`, 'm').exec(report) ?? []
  return value && Number(value) * milliseconds[unit]
}
