export function cellName({ workers, connections, setup }) {
  return [`${workers} x ${connections}`, setup].filter(Boolean).join(', ')
}
