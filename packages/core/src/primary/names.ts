import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { realPath } from './on-disk.ts'

/** A name with a symlink in it, and where it led at the start. */
interface Link {
  name: string
  led: string
}

/** A folder of the first release, and the one that a deploy has put in its place. */
interface Move {
  from: string
  to: string
}

/**
 * Names as they were given, and where they lead. A deploy that moves the
 * symlink `current` from one release to the next changes what names lead to,
 * and not the names. The system, and Node with it, tells a process the working
 * directory and its own files without any symlink: this finds the names again.
 */
export class Names {
  readonly #links: readonly Link[]

  /** @param given absolute names that this process was started with, those that count most first. */
  constructor(given: readonly (string | undefined)[]) {
    this.#links = given.flatMap((name) => (name && path.isAbsolute(name) ? linksIn(path.resolve(name)) : []))
  }

  /** What a place is called that is only known without symlinks. */
  nameOf(place: string): string {
    const link = closest(this.#links, place, ({ led }) => led)
    return link ? link.name + place.slice(link.led.length) : place
  }

  /**
   * Where a file or folder is now, every symlink followed, if a name leads there.
   * @returns `undefined` if no name does, or if it is not there any more.
   */
  find(place: string): string | undefined {
    const name = this.nameOf(place)
    const found = name === place ? undefined : realPath(name)
    return found ?? this.#moved(place)
  }

  /** An argument with a path or a URL in it, such as `--import=file:///...`, as it is for the release of now. */
  inArgument(argument: string): string {
    for (const { from, to } of this.#moves())
      for (const [old, now] of [
        [from, to],
        [pathToFileURL(from).href, pathToFileURL(to).href],
      ] as const) {
        const at = argument.indexOf(`${old}${path.sep}`)
        if (at < 0 || (at > 0 && !/[=,:]/.test(argument[at - 1]!))) continue
        const moved = now + argument.slice(at + old.length)
        if (exists(moved)) return argument.slice(0, at) + moved
      }
    return argument
  }

  #moved(place: string): string | undefined {
    const move = closest(this.#moves(), place, ({ from }) => from)
    return move && realPath(move.to + place.slice(move.from.length))
  }

  /** The longest first. */
  #moves(): Move[] {
    return this.#links
      .flatMap(({ name, led }) => {
        const leads = realPath(name)
        return leads === undefined || leads === led ? [] : commonEndOff(led, leads)
      })
      .toSorted((one, other) => other.from.length - one.from.length)
  }
}

/** The deepest first: it is the closest to what is meant. */
function linksIn(name: string): Link[] {
  const led = realPath(name)
  const above = path.dirname(name) === name ? [] : linksIn(path.dirname(name))
  return led === undefined || led === name ? above : [{ name, led }, ...above]
}

/** `v1/dist/app.js` and `v2/dist/app.js` say that `v2` has taken the place of `v1`. */
function commonEndOff(from: string, to: string): Move[] {
  const [before, after] = [path.dirname(from), path.dirname(to)]
  if (before === from || after === to) return []
  return path.basename(from) === path.basename(to) ? commonEndOff(before, after) : [{ from, to }]
}

function closest<Thing>(
  things: readonly Thing[],
  place: string,
  folderOf: (thing: Thing) => string,
): Thing | undefined {
  return things
    .filter((thing) => place === folderOf(thing) || place.startsWith(`${folderOf(thing)}${path.sep}`))
    .reduce<Thing | undefined>(
      (best, thing) => (best && folderOf(best).length >= folderOf(thing).length ? best : thing),
      undefined,
    )
}

function exists(file: string): boolean {
  return existsSync(file.startsWith('file:') ? fileURLToPath(file) : file)
}
