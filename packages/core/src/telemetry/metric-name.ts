const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/

/** Whether Prometheus takes it for the name of a metric. */
export function isMetricName(name: string): boolean {
  return metricName.test(name)
}
