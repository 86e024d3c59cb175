import { readFileSync } from 'node:fs'

/** A framework that builds its own server, or has a command that starts one: its code stays as it is. */
export interface BuiltServer {
  name: string
  /** The package that shows it. */
  package: string
  /** It is meant only where `npm start` runs that. */
  only?: RegExp
  /** Without one of these, it builds no server for Node. */
  needs?: readonly string[]
  /** What starts the server, if `npm start` does not say. */
  start?: string
  /** What in its configuration says that there is no server, and why. */
  refuses?: [pattern: RegExp, why: string]
  config?: readonly string[]
  /** Where its configuration says that the server is. */
  folder?: RegExp
}

const configs = (name: string): string[] =>
  ['ts', 'mts', 'js', 'mjs', 'cjs'].map((ending) => `${name}.config.${ending}`)

const known: readonly BuiltServer[] = [
  {
    name: 'Next.js',
    package: 'next',
    start: 'next start',
    config: configs('next'),
    refuses: [/\boutput:\s*['"]export['"]/, "its output is 'export': files, and no server"],
  },
  { name: 'Nuxt', package: 'nuxt', start: 'node .output/server/index.mjs' },
  {
    name: 'SvelteKit',
    package: '@sveltejs/kit',
    needs: ['@sveltejs/adapter-node'],
    start: 'node build',
    config: configs('svelte'),
    folder: /\bout:\s*['"]([\w./-]+)['"]/,
  },
  {
    name: 'Astro',
    package: 'astro',
    needs: ['@astrojs/node'],
    start: 'node dist/server/entry.mjs',
    config: configs('astro'),
    refuses: [
      /\bmode:\s*['"]middleware['"]/,
      "@astrojs/node has mode: 'middleware': the server is another one",
    ],
  },
  {
    name: 'React Router',
    package: '@react-router/dev',
    needs: ['@react-router/serve', '@react-router/express', '@react-router/node'],
    start: 'react-router-serve build/server/index.js',
  },
  {
    name: 'Remix',
    package: '@remix-run/dev',
    needs: ['@remix-run/serve', '@remix-run/express', '@remix-run/node'],
    start: 'remix-serve build/server/index.js',
  },
  { name: 'AdonisJS', package: '@adonisjs/core', start: 'node bin/server.js' },
  // Apps of Fastify that listen by themselves have it too, for development.
  { name: 'fastify-cli', package: 'fastify-cli', only: /\bfastify start\b/ },
  { name: 'Nitro', package: 'nitropack', start: 'node .output/server/index.mjs' },
  { name: 'Nitro', package: 'nitro', start: 'node .output/server/index.mjs' },
]

/**
 * @param packages those that the project depends on, at run time or for its build.
 * @param script what `npm start` runs.
 */
export function findBuiltServer(
  packages: Readonly<Record<string, string>>,
  script = '',
): BuiltServer | undefined {
  return known.find(
    ({ package: name, only }) => Object.hasOwn(packages, name) && (!only || only.test(script)),
  )
}

/** What starts it where `npm start` does not say. */
export function usualStart({ start, config = [], folder }: BuiltServer): string | undefined {
  const [, out] = folder?.exec(textOf(config)) ?? []
  return out === undefined ? start : `node ${out}`
}

/** Why there is no server, if that is to be seen. */
export function whyNoServer(
  { needs, refuses, config = [] }: BuiltServer,
  packages: Readonly<Record<string, string>>,
): string | undefined {
  if (needs && !needs.some((name) => Object.hasOwn(packages, name)))
    return `without ${needs[0]} it builds no server for Node (npm install ${needs[0]})`
  return refuses?.[0].test(textOf(config)) ? refuses[1] : undefined
}

function textOf(files: readonly string[]): string {
  for (const file of files)
    try {
      return readFileSync(file, 'utf8')
    } catch {
      // It is another one.
    }
  return ''
}
