// Says how large each package is, packed and unpacked, and ends with 1 if one is over what scripts/package-sizes.json
// allows it. With --write it allows each a twentieth more than it has now.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const file = `${root}scripts/package-sizes.json`
const allowed = JSON.parse(readFileSync(file, 'utf8'))
const measures = ['packed', 'unpacked', 'files']

for (const name of Object.keys(allowed)) {
  const cwd = `${root}packages/${name}`
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd,
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  )
  const now = { packed: packed.size, unpacked: packed.unpackedSize, files: packed.entryCount }
  console.log(
    `${name}: ${kilobytes(now.packed)} packed, ${kilobytes(now.unpacked)} unpacked, ${now.files} files`,
  )
  if (process.argv.includes('--write')) {
    allowed[name] = Object.fromEntries(measures.map((key) => [key, Math.ceil(now[key] * 1.05)]))
    continue
  }
  for (const key of measures.filter((some) => now[some] > allowed[name][some])) {
    console.error(
      `${name}: ${key} is ${now[key]}, and ${allowed[name][key]} is allowed. If it is worth it: node scripts/package-sizes.js --write`,
    )
    process.exitCode = 1
  }
}

if (process.argv.includes('--write')) writeFileSync(file, JSON.stringify(allowed, null, 2) + '\n')

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`
}
