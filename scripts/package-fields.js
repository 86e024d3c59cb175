// Writes into each package what is the same for all, from the root's package.json: the version, and where the
// project is. With --check it changes nothing, and ends with 1 if a package says something else, or if the first
// heading of CHANGELOG.md is another version's. With --tag v1.2.3 that version has to be the tag's, and have a date.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({ options: { check: { type: 'boolean' }, tag: { type: 'string' } } })

const read = (file) => readFileSync(root + file, 'utf8')
const { version, license, repository, homepage, bugs, engines } = JSON.parse(read('package.json'))

/** Provenance, which npm wants the right `repository` for, is the release workflow's to give: it needs a runner. */
const publishConfig = { access: 'public' }

/** A tarball never is without what its sources are built to, or with what they were built to before. */
const scripts = { prepack: 'node ../../scripts/build-if-needed.js' }

for (const folder of readdirSync(root + 'packages')) {
  const file = `packages/${folder}/package.json`
  const fields = JSON.parse(read(file))
  const directory = `packages/${folder}`
  const common = {
    version,
    license,
    homepage,
    bugs,
    repository: { ...repository, directory },
    publishConfig,
    engines,
    scripts,
  }
  const differs = Object.keys(common).filter(
    (key) => JSON.stringify(fields[key]) !== JSON.stringify(common[key]),
  )
  if (differs.length === 0) continue
  if (values.check || values.tag) {
    fail(
      `${file}: ${differs.join(', ')} are not those of the root's package.json. To write them: pnpm run docs`,
    )
  } else {
    const { name, description, keywords } = fields
    // The first mention of a key decides its place.
    const ordered = { name, version, description, keywords, ...common, ...fields, ...common }
    writeFileSync(root + file, JSON.stringify(ordered, null, 2) + '\n')
  }
}

const [, released, when] = /^## (\S+) \((.*)\)$/m.exec(read('CHANGELOG.md')) ?? []
if (released !== version) fail(`CHANGELOG.md begins with ${released}, and the version is ${version}.`)
if (values.tag) {
  if (values.tag !== `v${version}`) fail(`The tag is ${values.tag}, and the version is ${version}.`)
  if (!/^\d{4}-\d\d-\d\d$/.test(when))
    fail(`CHANGELOG.md has "${when}" where the day of ${version} should be.`)
}

function fail(why) {
  console.error(why)
  process.exitCode = 1
}
