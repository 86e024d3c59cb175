import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { before, it } from 'node:test'
import { dependenciesOf, exporting, isModule, names, oldest, typed } from './frameworks.ts'
import { elsewhere, libraries, project, run, writeFiles } from './project.ts'

interface Kind {
  name: string
  options: { module: string; moduleResolution?: string }
  /** Where the files are that are compiled: `.` is of ES modules. */
  folder?: string
}

const all: Kind[] = [
  { name: 'nodenext', options: { module: 'nodenext' }, folder: '.' },
  { name: 'nodenext from CommonJS', options: { module: 'nodenext' } },
  { name: 'node16', options: { module: 'node16' }, folder: '.' },
  { name: 'node16 from CommonJS', options: { module: 'node16' } },
]
const ofBundlers: Kind = { name: 'bundler', options: { module: 'esnext', moduleResolution: 'bundler' } }
const node10: Kind = { name: 'commonjs', options: { module: 'commonjs', moduleResolution: 'node10' } }
const node18 = ['.', 'commonjs'].map((folder): Kind => ({
  name: `node18 in ${folder}`,
  options: { module: 'node18' },
  folder,
}))

/** Each compiler with the kinds of modules that it has. */
const compilers: Record<string, Kind[]> = {
  typescript: [...all, ...node18, ofBundlers, { name: 'commonjs', options: { module: 'commonjs' } }],
  typescript5: [...node18, ofBundlers, node10],
  typescript52: [...all, ofBundlers, node10],
}

/** The adapters whose types these modules can read. */
function namesFor(compiler: string, { module, moduleResolution }: Kind['options'], folder: string): string[] {
  if (compiler === 'typescript52' || moduleResolution === 'node10') return oldest
  const isRequired = folder === 'commonjs' && module.startsWith('node1')
  return names.filter((name) => !(isRequired && isModule(name)))
}

export function typesHold(): void {
  before(() => {
    for (const folder of ['.', 'commonjs'])
      writeFiles(Object.fromEntries(names.map((name) => [path.join(folder, `${name}.ts`), typed([name])])))
  })

  for (const [compiler, kinds] of Object.entries(compilers))
    it(`give their types to every kind of module: ${compiler}`, async () => {
      const configs = kinds.map(({ name: kind, options, folder = 'commonjs' }) => {
        const files = namesFor(compiler, options, folder).map((name) => path.join(folder, `${name}.ts`))
        return config(`${compiler}-${kind.replaceAll(' ', '-')}.json`, options, files)
      })
      await build(compiler, configs)
    })

  it('have declarations that hold by themselves', async () => {
    const imports = [...libraries, 'core/control'].map((name) => `import '@clustered/${name}'\n`)
    writeFiles({ 'declarations.ts': imports.join('') })
    const file = config('declarations.json', { module: 'nodenext', skipLibCheck: false }, ['declarations.ts'])
    await build('typescript', [file])
  })

  // What is not found would be `any`, and say nothing where `skipLibCheck` is on.
  it('have declarations that hold without esModuleInterop', async () => {
    const imports = ['core', 'core/control', ...oldest].map((name) => `import '@clustered/${name}'\n`)
    writeFiles({ 'commonjs/declarations.ts': imports.join('') })
    const options = { ...node10.options, esModuleInterop: false, skipLibCheck: false }
    await build('typescript5', [config('no-interop.json', options, ['commonjs/declarations.ts'])])
  })

  it('can be named in declarations where a project sees its own dependencies only', async () => {
    const modules = path.join(elsewhere, 'node_modules')
    const link = (target: string, name: string): void => {
      mkdirSync(path.dirname(path.join(modules, name)), { recursive: true })
      symlinkSync(target, path.join(modules, name))
    }
    const shared = new Set([...names.flatMap(dependenciesOf), '@types/node'])
    for (const name of shared) link(path.join(project, 'node_modules', name), name)
    const files = names.map((name) => {
      const store = path.join(modules, '.store', name, 'node_modules/@clustered')
      for (const each of ['core', name])
        cpSync(path.join(project, 'node_modules/@clustered', each), path.join(store, each), {
          recursive: true,
        })
      link(path.join(store, name), `@clustered/${name}`)
      writeFiles({ [path.join('..', path.basename(elsewhere), `${name}.ts`)]: exporting(name) })
      return `${name}.ts`
    })
    const file = path.join('..', path.basename(elsewhere), 'tsconfig.json')
    await build('typescript', [config(file, { module: 'nodenext' }, files)])
  })
}

function config(file: string, options: object, files: string[]): string {
  const compilerOptions = {
    strict: true,
    declaration: true,
    esModuleInterop: true,
    skipLibCheck: true,
    target: 'es2022',
    types: ['node'],
    rootDir: '.',
    outDir: path.join('out', path.basename(file, '.json')),
    ...options,
  }
  writeFiles({ [file]: { compilerOptions, files } })
  return file
}

async function build(compiler: string, configs: string[]): Promise<void> {
  await run(process.execPath, [`node_modules/${compiler}/bin/tsc`, '--build', ...configs])
}
