import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { makeBase, searchPath, users } from './base-image.ts'
import { copyContext } from './context.ts'
import { readDockerfile, type Stage, type Step } from './dockerfile.ts'
import { isolated, type Place } from './namespace.ts'

/** What a Dockerfile makes: files, and what is said of how they are run. */
export interface Image extends Place {
  command: string[]
  check: Check | undefined
  stopSignal: NodeJS.Signals
}

export interface Check {
  command: string[]
  /** As the Dockerfile has them: `interval`, `timeout`, `start-period`, `retries`. */
  flags: Record<string, string>
}

/** What this machine gives the commands of RUN; folders by where they are seen. */
export interface Help {
  environment: Record<string, string>
  folders: Record<string, string>
  /** For `--mount=type=cache`. */
  caches: Record<string, string>
}

/** Takes the steps of a Dockerfile, one after the other, in a folder of its own for each stage. */
export class Build {
  readonly #home: string
  readonly #context: string
  readonly #help: Help
  readonly #stages = new Map<string, Image>()

  /** @param context the folder that Docker is given, with its .dockerignore. */
  constructor(home: string, context: string, help: Help) {
    this.#home = home
    this.#help = help
    this.#context = path.join(home, 'context')
    copyContext(context, this.#context)
  }

  async run(dockerfile: string): Promise<Image> {
    let last: Image | undefined
    for (const [index, stage] of readDockerfile(dockerfile).entries())
      last = await this.#stage(stage, String(index))
    return last!
  }

  /** Further lines for an image: they add to it, or say otherwise. None of them changes files. */
  async add(image: Image, lines: string): Promise<Image> {
    const more = { ...image, environment: { ...image.environment } }
    for (const step of readDockerfile(`FROM image\n${lines}`)[0]!.steps) await this.#take(more, step)
    return more
  }

  async #stage(stage: Stage, index: string): Promise<Image> {
    const root = path.join(this.#home, index)
    makeBase(root)
    const image: Image = {
      root,
      folder: '/',
      user: users['root']!,
      environment: { PATH: searchPath },
      command: [],
      check: undefined,
      stopSignal: 'SIGTERM',
    }
    this.#stages.set(stage.name ?? index, image)
    for (const step of stage.steps) await this.#take(image, step)
    return image
  }

  async #take(image: Image, step: Step): Promise<void> {
    const { keyword, text } = step
    if (keyword === 'RUN') await this.#execute(image, step)
    else if (keyword === 'COPY') this.#copy(image, step)
    else if (keyword === 'ENV') Object.assign(image.environment, expanded(step, image.environment))
    else if (keyword === 'CMD') image.command = commandOf(step)
    else if (keyword === 'HEALTHCHECK') image.check = { command: commandOf(step), flags: step.flags }
    else if (keyword === 'USER') image.user = knownUser(text)
    else if (keyword === 'STOPSIGNAL') image.stopSignal = text as NodeJS.Signals
    else if (keyword === 'WORKDIR') {
      image.folder = path.posix.resolve(image.folder, text)
      mkdirSync(path.join(image.root, image.folder), { recursive: true })
    } else if (keyword !== 'EXPOSE') throw new Error(`${keyword} is more than is understood here.`)
  }

  async #execute(image: Image, step: Step): Promise<void> {
    const { environment, folders, caches } = this.#help
    const [, cache = ''] = /^type=cache,target=(\S+)$/.exec(step.flags['mount'] ?? '') ?? []
    const place: Place = {
      ...image,
      environment: { HOME: image.user.home, ...image.environment, ...environment },
      volumes: { ...folders, ...(caches[cache] && { [cache]: caches[cache] }) },
    }
    const words = isolated(place, commandOf(step))
    await promisify(execFile)('unshare', words, { timeout: 240_000 }).catch((error: Failure) => {
      throw new Error(`RUN ${step.text}\n${error.stdout}${error.stderr}`, { cause: error })
    })
  }

  /** The content of a folder, or files. All of it is root's then. */
  #copy({ root, folder }: Image, { text, flags }: Step): void {
    const names = text.split(/\s+/)
    const target = path.join(root, path.posix.resolve(folder, names.at(-1)!))
    const from = flags['from'] === undefined ? this.#context : this.#stages.get(flags['from'])!.root
    for (const name of names.slice(0, -1)) {
      const source = path.join(from, name)
      const isFile = statSync(source).isFile()
      // Thousands of files have two names then, in place of being two.
      execFileSync('cp', isFile ? ['-l', source, target] : ['-al', `${source}/.`, target])
    }
  }
}

interface Failure extends Error {
  stdout: string
  stderr: string
}

/** Without brackets it is a shell that is run. */
function commandOf({ words, text }: Step): string[] {
  return words ?? ['/bin/sh', '-c', text.replace(/^CMD\s+/, '')]
}

function expanded({ properties }: Step, known: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      name,
      value.replaceAll(/\$\{?(\w+)\}?/g, (_, other: string) => known[other] ?? ''),
    ]),
  )
}

function knownUser(name: string): Image['user'] {
  const user = users[name]
  if (!user) throw new Error(`The images of Node have no user ${name}.`)
  return user
}
