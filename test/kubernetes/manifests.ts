import { execFileSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1'
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1'
import { type IPodDisruptionBudget, PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { type IContainer, Service } from 'kubernetes-models/v1'
import { parseAllDocuments } from 'yaml'
import { root } from '../snippets/pages.ts'
import { samples } from '../support/samples.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** By kind, and where they are. */
const models = {
  Deployment: { model: Deployment, from: 'kubernetes-models/apps/v1' },
  PodDisruptionBudget: { model: PodDisruptionBudget, from: 'kubernetes-models/policy/v1' },
  PodMonitor: { model: PodMonitor, from: '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1' },
  Service: { model: Service, from: 'kubernetes-models/v1' },
}

type Manifest = { kind: keyof typeof models }

const manifests = samples('deploy/kubernetes.md', 'yaml').flatMap((text) =>
  parseAllDocuments(text).map((document) => document.toJS() as Manifest),
)

const of = (kind: Manifest['kind']) => manifests.find((one) => one.kind === kind) as unknown

export const deployment = of('Deployment') as IDeployment
export const budget = of('PodDisruptionBudget') as IPodDisruptionBudget
export const container: IContainer = deployment.spec!.template.spec!.containers[0]!

/** What Kubernetes' own schemas have against the manifests. */
export function faults(): string[] {
  return manifests.flatMap((manifest) => {
    try {
      new models[manifest.kind].model(manifest as never).validate()
      return []
    } catch (error) {
      return [`${manifest.kind}: ${(error as Error).message}`]
    }
  })
}

/**
 * The schemas let unknown names pass, which a cluster refuses: TypeScript does not.
 * @param more manifests beside those of the page.
 * @returns what it says.
 */
export function unknownNames(...more: readonly object[]): string[] {
  const folder = temporaryFolder()
  try {
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
    const lines = [...manifests, ...more].map((manifest, index) => {
      const { kind } = manifest as Manifest
      const type = `import('${models[kind].from}').I${kind}`
      return `export const manifest${index}: ${type} = ${JSON.stringify(manifest, null, 2)}`
    })
    writeFileSync(path.join(folder, 'manifests.ts'), lines.join('\n'))
    const flags = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--types',
      '',
    ]
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
    execFileSync(process.execPath, [tsc, ...flags, 'manifests.ts'], { cwd: folder, encoding: 'utf8' })
    return []
  } catch (error) {
    return (error as { stdout: string }).stdout.trim().split('\n')
  }
}

/** What the pod's variables say, with what its secrets would. */
export function variablesOf({ env = [] }: IContainer): Record<string, string> {
  return Object.fromEntries(env.map(({ name, value = 'sixteen-characters' }) => [name, value]))
}
