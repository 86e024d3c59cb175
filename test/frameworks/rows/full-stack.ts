import { type Row, usualRequests } from '../row.ts'

const react = { react: '^19.0.0', 'react-dom': '^19.0.0' }

/** Beside the usual ones, a page that is rendered. */
function withPage(expect: RegExp, usual = usualRequests): Row['requests'] {
  return [...usual, { path: '/page', expect }]
}

export const rows: Row[] = [
  {
    name: 'next-16',
    app: 'next',
    framework: 'Next.js 16',
    packages: { next: '^16.0.0', ...react },
    build: 'NEXT_OUTPUT=standalone next build && cp -r .next/static .next/standalone/.next/',
    requests: [
      ...withPage(/early.*late.*<\/html>/s)!,
      { path: '/cached', expect: /made at.*<\/html>/s },
      { path: '/revalidate', expect: 'done' },
    ],
    starts: [
      { by: 'clustered start next -- start', hooks: ['SIGTERM'] },
      { by: 'clustered start .next/standalone/server.js', hooks: ['SIGTERM'] },
      { by: 'clustered start server.mjs', hooks: ['SIGTERM'] },
      { by: '@clustered/core', command: 'node one-line.mjs', hooks: ['onShutdown', 'SIGTERM'] },
    ],
  },
  {
    name: 'nuxt-4',
    app: 'nuxt',
    framework: 'Nuxt 4',
    packages: { nuxt: '^4.0.0' },
    build: 'nuxt build',
    requests: withPage(/page, later.*<\/html>/s, [
      { path: '/hello', expect: 'hello' },
      ...usualRequests.slice(1),
    ]),
    starts: [{ by: 'clustered start .output/server/index.mjs', hooks: ['close'] }],
  },
  {
    name: 'nitro-2',
    app: 'nitro',
    framework: 'Nitro 2',
    packages: { nitropack: '^2.0.0' },
    build: 'nitropack build',
    starts: [{ by: 'clustered start .output/server/index.mjs', hooks: ['close'] }],
  },
  {
    name: 'sveltekit-2',
    app: 'sveltekit',
    framework: 'SvelteKit 2',
    packages: {
      '@sveltejs/kit': '^2.0.0',
      '@sveltejs/adapter-node': '^5.0.0',
      '@sveltejs/vite-plugin-svelte': '^6.0.0',
      svelte: '^5.0.0',
      vite: '^7.0.0',
    },
    build: 'vite build',
    // It reads no body without a type.
    requests: withPage(
      /<h1>page.*late/s,
      usualRequests.map((each) => ({ ...each, headers: { 'content-type': 'application/octet-stream' } })),
    ),
    starts: [{ by: 'clustered start build/index.js', hooks: ['shutdown'] }],
  },
  {
    name: 'astro-5',
    app: 'astro',
    framework: 'Astro 5',
    packages: { astro: '^5.0.0', '@astrojs/node': '^9.0.0' },
    build: 'astro build',
    requests: withPage(/<h1>late.*<\/html>/s),
    starts: [{ by: 'clustered start dist/server/entry.mjs' }],
  },
  {
    name: 'react-router-7',
    app: 'react-router',
    framework: 'React Router 7',
    packages: {
      'react-router': '7.18.4',
      '@react-router/dev': '^7.0.0',
      '@react-router/express': '7.18.4',
      '@react-router/node': '7.18.4',
      '@react-router/serve': '7.18.4',
      express: '^4.0.0',
      isbot: '^5.0.0',
      vite: '^7.0.0',
      ...react,
    },
    build: 'react-router build',
    requests: withPage(/<p>late<\/p>/),
    starts: [
      { by: 'clustered start react-router-serve -- ./build/server/index.js' },
      { by: 'clustered start server.js' },
    ],
  },
  {
    name: 'remix-2',
    app: 'remix',
    framework: 'Remix 2',
    packages: {
      '@remix-run/serve': '^2.0.0',
      '@remix-run/dev': '^2.0.0',
      '@remix-run/node': '^2.0.0',
      '@remix-run/react': '^2.0.0',
      isbot: '^5.0.0',
      react: '^18.0.0',
      'react-dom': '^18.0.0',
      vite: '^6.0.0',
    },
    build: 'remix vite:build',
    requests: withPage(/<h1>page.*<\/html>/s),
    starts: [{ by: 'clustered start remix-serve -- ./build/server/index.js' }],
  },
  {
    name: 'adonis-6',
    app: 'adonis',
    framework: 'AdonisJS 6',
    packages: { '@adonisjs/core': '^6.0.0', 'reflect-metadata': '^0.2.0' },
    starts: [{ by: 'clustered start bin/server.js', hooks: ['terminating'] }],
  },
]
