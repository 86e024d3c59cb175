import type { Channel, ChannelListener } from 'node:diagnostics_channel'

/** Who has subscribed to a channel; `undefined` if this Node does not say so. */
export function subscribersOf(channel: Channel): ChannelListener[] | undefined {
  const { _subscribers } = channel as { _subscribers?: unknown }
  return Array.isArray(_subscribers) ? [...(_subscribers as ChannelListener[])] : undefined
}
