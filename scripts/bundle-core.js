// Bundles @clustered/core into a few files, packages/core/lib: to load one takes Node some 0.4 ms, and there are more
// than 300. It is lib that is published, and that programs, tests and examples run. What tsc writes to
// packages/core/dist has the types, and is for the tests of single modules.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const core = fileURLToPath(new URL('../packages/core', import.meta.url))
const [src, lib] = [path.join(core, 'src'), path.join(core, 'lib')]
/** Written each time: a test refuses to run a bundle that is older than what tsc has built. */
const stamp = path.join(core, 'dist/.bundled')

/** What is loaded by its name: by programs, by Node, or by `require` when it is needed. Each is a file of that name. */
const entries = {
  program: [
    'index',
    'control/index',
    'options/index',
    'primary/supervise',
    'telemetry/otel/index',
    'own-files',
  ],
  worker: ['worker/preload', 'telemetry/worker/worker-metrics'],
  primary: ['primary/primary', 'single'],
  /** They load little: a thread and a process that have a heap of their own, and what comes before all others. */
  small: ['worker/compile-cache', 'worker/watchdog-thread', 'primary/sockets/refuser-process'],
  late: [
    'telemetry/otel/instruments',
    'telemetry/otel/otlp/start',
    'telemetry/otel/traces',
    'telemetry/prom-client/collector',
    'telemetry/routes/express/route',
    'worker/hints/look',
    'worker/inside/inside',
    'worker/sticky/sticky',
  ],
}
const names = Object.values(entries).flat()
const fileOf = (name) => path.join(src, `${name}.ts`)

export async function bundleCore() {
  const bundle = await rolldown({
    cwd: core,
    input: Object.fromEntries(names.map((name) => [name, fileOf(name)])),
    platform: 'node',
    preserveEntrySignatures: 'allow-extension',
    external: [/^node:/, 'http-terminator'],
    plugins: [{ name: 'late', resolveId: lateFile }],
    transform: { target: 'node20' },
    optimization: { inlineConst: false },
  })
  const { output } = await bundle.generate({
    dir: lib,
    format: 'cjs',
    chunkFileNames: 'shared/[name].js',
    codeSplitting: { groups, includeDependenciesRecursively: false },
    comments: false,
    strict: true,
    sourcemap: true,
    // They are published as well, for the maps of the declarations.
    sourcemapExcludeSources: true,
  })
  await bundle.close()
  write(output)
  writeFileSync(stamp, '')
}

/** `require` with a path of this package leads to another file of the bundle, whenever it is called. */
function lateFile(source, importer, { kind }) {
  if (kind !== 'require-call' || !source.startsWith('.')) return undefined
  const file = path.relative(src, path.resolve(path.dirname(importer), source))
  if (!names.includes(file.replace(/\.js$/, '')))
    throw new Error(`${importer} requires ${source}: no entry of lib`)
  return { id: path.join(src, file), external: 'relative' }
}

/** Files of what several entries load. Each takes what those before it have left; the rest rolldown puts together. */
const shared = {
  small: (isIn) => isIn(entries.small) && isIn(names.filter((name) => !entries.small.includes(name))),
  // Of the program's entries those that are in every process.
  common: (isIn) =>
    [['index'], ['primary/supervise'], entries.worker, entries.primary].filter(isIn).length > 1 ||
    ((isIn(['index']) || isIn(entries.worker)) && isIn(entries.late)),
  // What commands have in common with the primary that they speak with.
  control: (isIn) => isIn(entries.primary) && isIn(['control/index']) && !isIn(entries.late),
  primary: (isIn) => isIn(entries.primary) && !isIn(entries.late),
  // Not in the file of the preload, which comes before Node's compile cache.
  worker: (isIn) => isIn(entries.worker),
}

const groups = Object.entries(shared).map(([name, isWanted], index, { length }) => ({
  debugName: name,
  name: (id, context) =>
    !names.some((entry) => fileOf(entry) === id) &&
    isWanted((some) => some.some((entry) => loadedBy(entry, context).has(id)))
      ? name
      : null,
  priority: length - index,
}))

const loaded = new Map()

function loadedBy(entry, context) {
  if (!loaded.has(entry)) loaded.set(entry, importedBy(fileOf(entry), context))
  return loaded.get(entry)
}

/** At once, and so without what it requires when it needs it. */
function importedBy(id, context, found = new Set()) {
  if (found.has(id)) return found
  found.add(id)
  for (const imported of context.getModuleInfo(id)?.importedIds ?? []) importedBy(imported, context, found)
  return found
}

/** What has not changed is left alone: a program may be about to load it. */
function write(output) {
  const wanted = new Map(output.map((file) => [path.join(lib, file.fileName), file.code ?? file.source]))
  mkdirSync(lib, { recursive: true })
  for (const entry of readdirSync(lib, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name)
    if (!entry.isFile()) continue
    if (!wanted.has(file)) rmSync(file)
    else if (readFileSync(file, 'utf8') === wanted.get(file)) wanted.delete(file)
  }
  for (const [file, text] of wanted) {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
