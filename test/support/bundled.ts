import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const core = fileURLToPath(new URL('../../../packages/core', import.meta.url))

/** Programs run the bundle, which `tsc -b` alone does not make. */
export function checkBundle(): void {
  const [built, bundled] = ['.tsbuildinfo', '.bundled'].map(
    (name) => statSync(`${core}/dist/${name}`, { throwIfNoEntry: false })?.mtimeMs ?? 0,
  )
  if (built! > bundled!)
    throw new Error(`${core}/lib is older than its source was built: run npx -y pnpm@12 build`)
}
