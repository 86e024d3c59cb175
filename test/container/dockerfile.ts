import { DockerfileParser, type Flag, type Instruction, type Property } from 'dockerfile-ast'

/** One instruction of a Dockerfile, as far as it is run here. */
export interface Step {
  keyword: string
  flags: Record<string, string>
  /** What follows the flags, in one line. */
  text: string
  /** In brackets: what is executed as it is. Otherwise a shell has to read the text. */
  words: string[] | undefined
  /** Of ENV. */
  properties: Record<string, string>
}

/** What one FROM begins. */
export interface Stage {
  from: string
  name: string | undefined
  steps: Step[]
}

export function readDockerfile(text: string): Stage[] {
  const stages: Stage[] = []
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const step = asStep(instruction)
    const [from = '', , name] = step.text.split(/\s+/)
    if (step.keyword === 'FROM') stages.push({ from, name, steps: [] })
    else stages.at(-1)!.steps.push(step)
  }
  return stages
}

/** What some kinds of instructions have. */
interface Kinds {
  getFlags?: () => Flag[]
  getProperties?: () => Property[]
}

function asStep(instruction: Instruction & Kinds): Step {
  const pairs = (found: (Flag | Property)[] = []) =>
    Object.fromEntries(found.map((one) => [one.getName(), one.getValue() ?? '']))
  const text = instruction.getArgumentsContent() ?? ''
  return {
    keyword: instruction.getKeyword(),
    flags: pairs(instruction.getFlags?.()),
    text,
    words: asWords(text),
    properties: pairs(instruction.getProperties?.()),
  }
}

function asWords(text: string): string[] | undefined {
  try {
    // That of a health check stands behind one more word.
    return JSON.parse(text.replace(/^CMD\s+/, '')) as string[]
  } catch {
    return undefined
  }
}
