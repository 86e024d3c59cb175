import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { badConfig } from './bad-config.ts'

/** Interpreters that are Node with a loader, and the arguments that give it to Node. */
const loaders: Record<string, (resolve: (name: string) => string) => string[]> = {
  tsx: (resolve) => ['--import', pathToFileURL(resolve('tsx')).href],
  'ts-node': (resolve) => ['--require', resolve('ts-node/register')],
}

/**
 * Node's arguments in place of an interpreter.
 * @param script where the loader is looked for.
 * @throws {CliError} ERR_CLUSTERED_BAD_CONFIG where it is no Node.
 */
export function interpreterArguments(interpreter: unknown, name: string, script: string): string[] {
  if (typeof interpreter !== 'string' || interpreter === '') return []
  const command = path.basename(interpreter).replace(/\.(exe|js|cmd)$/, '')
  // Where there is none, the file's own first line says what runs it.
  if (command === 'node' || command === 'none') return []
  const loader = loaders[command]
  if (loader)
    try {
      return loader(createRequire(script).resolve)
    } catch {
      throw badConfig(
        `'${name}' is run by ${command}, which is not installed in the project: npm install ${command}`,
      )
    }
  const node = command.startsWith('node@') ? 'Install that Node.js, and call clustered with it' : undefined
  throw badConfig(
    `'${name}' is run by ${interpreter}, and Clustered runs programs with the Node.js that it is called with. ` +
      (node ?? `Start the others by --only, and run '${name}' with a systemd unit of its own`),
  )
}
