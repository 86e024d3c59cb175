import type { TestContext } from 'node:test'
import { get } from './http.ts'
import { type Program, type ProgramOptions, start } from './program.ts'

/** `clustered start` of a program that knows nothing of Clustered. */
export function supervise(
  t: TestContext,
  app: string,
  env: Record<string, unknown> = {},
  options: object = {},
  more: ProgramOptions = {},
): Program {
  const text = Object.entries(env).map(([name, value]) => [name, String(value)])
  const OPTIONS = JSON.stringify({ workers: 2, ...options })
  return start(t, 'supervised.js', {
    ...more,
    env: { APP: `places/${app}`, OPTIONS, ...(Object.fromEntries(text) as Record<string, string>) },
  })
}

/** Nobody listens at that port. */
export async function refuses(port: number): Promise<boolean> {
  return get(port).then(
    () => false,
    (error: NodeJS.ErrnoException) => {
      // Neither an answer nor a refusal is what nobody is to get.
      if (error.message === 'hung') throw error
      return error.code === 'ECONNREFUSED'
    },
  )
}
