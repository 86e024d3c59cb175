import path from 'node:path'
import { slug } from 'github-slugger'
import { defineConfig } from 'vitepress'
import { resolveLinks } from './links.js'
import { noPages, repository, rewrite, root } from './pages.js'
import { reading } from './reading.js'
import { sidebar } from './sidebar.js'

const own = (name) => path.join(root, 'site/.vitepress/theme', name)

export default defineConfig({
  title: 'Clustered',
  description:
    'Runs a Node.js web app on every core, keeps it up, and deploys new code without dropping a request.',
  // Where it is put below a host's root, as GitHub does.
  base: process.env.SITE_BASE || '/',
  srcDir: root,
  srcExclude: noPages,
  rewrites: rewrite,
  outDir: path.join(root, 'site/dist'),
  cacheDir: path.join(root, 'node_modules/.cache/vitepress'),
  cleanUrls: true,
  ignoreDeadLinks: 'localhostLinks',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    languageAlias: { haproxy: 'ini' },
    // As on GitHub: the same anchors, and braces are braces.
    anchor: { slugify: (text) => slug(text) },
    attrs: { disable: true },
    config: (markdown) => void markdown.use(resolveLinks).use(reading),
  },
  themeConfig: {
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: 'local' },
    nav: [
      { text: 'Get started', link: '/docs/get-started/' },
      { text: 'Documentation', link: '/docs/' },
      // Another program's page, of the types: `pnpm site` writes it beside these.
      { text: 'API', link: '/api/', target: '_self' },
      { text: 'Source', link: repository },
    ],
    editLink: { pattern: `${repository}/edit/main/:path`, text: 'Edit this page' },
  },
  vite: {
    publicDir: false,
    resolve: {
      alias: [{ find: /^.*\/VPSidebarItem\.vue$/, replacement: own('SidebarGroup.vue') }],
    },
  },
})
