import { validate } from 'dockerfile-utils'
import { readDockerfile } from './dockerfile.ts'

/**
 * What is wrong with a Dockerfile: what Docker itself would refuse or warn of, and the rules of hadolint that tell a
 * program which is stopped well from one that is not. hadolint itself is in no registry that tests can reach.
 */
export function lint(dockerfile: string): string[] {
  const stages = readDockerfile(dockerfile)
  const steps = stages.at(-1)!.steps
  const all = stages.flatMap((stage) => stage.steps)
  const last = (keyword: string) => steps.findLast((step) => step.keyword === keyword)
  const rules: [boolean, string][] = [
    [
      stages.every(({ from }) => /:[\w.-]+$/.test(from) && !from.endsWith(':latest')),
      'DL3006, DL3007: a tag',
    ],
    [last('CMD')?.words !== undefined, 'DL3025: CMD in brackets'],
    [last('HEALTHCHECK')?.words !== undefined, 'HEALTHCHECK in brackets'],
    [last('USER') !== undefined && last('USER')!.text !== 'root', 'DL3002: the last user is not root'],
    [
      all.every(({ keyword, text }) => keyword !== 'WORKDIR' || text.startsWith('/')),
      'DL3000: an absolute WORKDIR',
    ],
    [all.every(({ keyword }) => keyword !== 'ADD'), 'DL3020: COPY in place of ADD'],
    [
      all.every(({ text }) => !/\bsudo\b|apt-get upgrade|npm install\b/.test(text)),
      'DL3004: no sudo; npm ci',
    ],
    [
      steps.findIndex(({ keyword }) => keyword === 'USER') >
        steps.findIndex(({ keyword }) => keyword === 'COPY'),
      'files of root',
    ],
    [last('CMD')?.words?.[0] !== 'npm', 'npm is no PID 1'],
  ]
  return [
    ...validate(dockerfile).map(({ message }) => JSON.stringify(message)),
    ...rules.filter(([holds]) => !holds).map(([, rule]) => rule),
  ]
}
