const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

/** The ways of balancing that this Node on this system can do. Each promise holds under each of them. */
export const balances: readonly ('kernel' | 'round-robin')[] =
  process.platform === 'linux' && (major > 22 || (major === 22 && minor >= 12))
    ? ['kernel', 'round-robin']
    : ['round-robin']
