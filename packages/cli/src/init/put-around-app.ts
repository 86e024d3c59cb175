import { addImport } from './add-import.ts'
import { type Around, aroundListen } from './around-listen.ts'
import { aroundServe } from './around-serve.ts'
import { bindingsOf } from './bindings.ts'
import { clusteredCall } from './clustered-call.ts'
import { withEdits } from './edits.ts'
import { checkModules, findApp } from './find-app.ts'
import type { Framework } from './frameworks.ts'
import { NotPlain } from './not-plain.ts'
import { splitListen } from './split-listen.ts'
import { parseProgram, type Program } from './syntax.ts'
import { wherePut } from './where-put.ts'

export interface Changed {
  text: string
  /** What is said no more, as it stood. */
  leftOut: string[]
}

/**
 * The source with `clustered(app).listen(...)` in place of `app.listen(...)`,
 * and otherwise as it was. What `listen` returns is another thing then, and its
 * callback runs in the primary: where either matters, nothing is changed.
 *
 * @throws {NotPlain} saying why
 */
export function putAroundApp(given: string, file: string, framework: Framework): Changed {
  const source = splitListen(given, parse(given, file), framework)
  const program = parse(source, file)
  checkModules(program)
  const app = framework.app && findApp(program, framework)
  const around: Around = app
    ? aroundListen(source, program, app, framework.told ?? 1)
    : aroundServe(source, program, framework)
  // Step by step: what has been changed is read anew, and no place is off.
  const inPlace = withEdits(source, around.edits)
  const put = wherePut(inPlace, parse(inPlace, file), {
    isAwaited: app?.isAwaited ?? false,
    isThenable: framework.isThenable ?? false,
  })
  const text = withEdits(inPlace, put.edits)
  const changed = parse(text, file)
  const ours = `@clustered/${framework.adapter}`
  const isImported = bindingsOf(changed).some(({ from }) => from === ours)
  const { start } = clusteredCall(changed).call
  return {
    text: isImported ? text : addImport(text, changed, ours, start),
    leftOut: [...around.leftOut, ...put.leftOut],
  }
}

function parse(source: string, file: string): Program {
  try {
    return parseProgram(source, file)
  } catch (error) {
    throw new NotPlain(`it cannot be read: ${(error as Error).message}`)
  }
}
