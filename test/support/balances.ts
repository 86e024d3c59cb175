const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

/** The ways of balancing that this Node on this system can do. Each promise holds under each of them. */
const possible: readonly ('kernel' | 'round-robin')[] =
  process.platform === 'linux' && (major > 22 || (major === 22 && minor >= 12))
    ? ['kernel', 'round-robin']
    : ['round-robin']

const asked = process.env['BALANCE']

/** With BALANCE in the environment, that one alone. */
export const balances = possible.filter((balance) => asked === undefined || balance === asked)
