import path from 'node:path'
import type { Cluster } from '@clustered/core'
import { watch as watchFiles } from 'chokidar'
import colors from 'picocolors'

/** What a program reads at its start; what it writes while it runs is mostly not among them. */
const watched = /\.([cm]?[jt]s|[jt]sx|json|node|wasm|html|ejs|hbs|pug|graphql|gql|ya?ml)$/

/** In ms: an editor that saves all of its files is one change. */
const pause = 50

/** Reloads whenever a file below the working directory changes. */
export function watch(cluster: Cluster, envFile: string | undefined): void {
  const root = process.cwd()
  const alsoWatched = envFile && path.resolve(envFile)
  const files = watchFiles([root, ...(alsoWatched ? [alsoWatched] : [])], {
    ignoreInitial: true,
    ignored: (file, stats) =>
      file !== alsoWatched && isIgnored(path.relative(root, file), stats?.isFile() ?? false),
  })
  let timer: NodeJS.Timeout | undefined
  files.on('all', (_event, file) => {
    clearTimeout(timer)
    timer = setTimeout(() => void reload(cluster, path.relative(root, file)), pause)
  })
  files.on('error', (error) => say(`cannot watch: ${(error as Error).message}`))
  files.on('ready', () => say(`watching ${root}`))
  cluster.on('close', () => void files.close())
}

function isIgnored(relative: string, isFile: boolean): boolean {
  const parts = relative.split(path.sep)
  if (
    parts.some((part) => part === 'node_modules' || (part.startsWith('.') && part !== '..' && part !== '.'))
  )
    return true
  return isFile && !watched.test(relative)
}

async function reload(cluster: Cluster, file: string): Promise<void> {
  const began = Date.now()
  say(`${file} has changed`)
  try {
    await cluster.reload()
    say(`${colors.green('the new code serves')}, after ${Date.now() - began} ms`)
  } catch {
    // Node and the reporter have said what is wrong with it.
    say(colors.red('the last good version goes on serving'))
  }
}

function say(line: string): void {
  console.error(`[clustered] ${line}`)
}
