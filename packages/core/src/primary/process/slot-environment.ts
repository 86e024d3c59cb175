type Environment = Record<string, string | undefined>

/**
 * Which variables say a worker's slot. NODE_APP_INSTANCE, pm2's, is left alone
 * where it has another meaning: where `env` gives it (or takes it out), and
 * where this process has one that is no number, which names a file of
 * node-config.
 *
 * @param env what the option `env` has returned, which may hold a copy of `process.env`.
 */
export function slotVariables(env: Environment): string[] {
  const inherited = process.env[instanceVariable]
  const given = env[instanceVariable]
  const isGiven = Object.hasOwn(env, instanceVariable) && (given === undefined || given !== inherited)
  const isName = inherited !== undefined && !/^\d+$/.test(inherited)
  return isGiven || isName ? [slotVariable] : [slotVariable, instanceVariable]
}

/** A spare (-1) has no slot yet: what this process has inherited is not for it. */
export function slotEnvironment(names: readonly string[], slot: number): Environment {
  return Object.fromEntries(names.map((name) => [name, slot < 0 ? undefined : String(slot)]))
}

const slotVariable = 'CLUSTERED_SLOT'
const instanceVariable = 'NODE_APP_INSTANCE'
