import { type BuiltServer, usualStart, whyNoServer } from '../built-servers.ts'
import { type Manifest, packagesOf } from '../project.ts'
import { clusteredLine, readStartScript } from '../start-script.ts'
import { NotPlain } from './not-plain.ts'

/**
 * The script `start` that puts what it starts on every core: `clustered start
 * next -- start` for `next start`. Where there is none, the framework's usual.
 * @throws {NotPlain} saying why
 */
export function clusteredScript(manifest: Manifest, built: BuiltServer): { before: string; now: string } {
  const before = manifest.scripts?.['start'] ?? ''
  const usual = usualStart(built)
  const script = before || usual
  const read = script === undefined ? undefined : readStartScript(script)
  if (read?.file === 'clustered') throw new NotPlain('it is clustered already')
  if (!script || !read)
    throw new NotPlain(
      `of the script start (${before || 'there is none'}) it is not plain what it runs in production`,
    )
  const isUsual = !before || read.file === readStartScript(usual ?? '')?.file
  const why = isUsual && whyNoServer(built, packagesOf(manifest))
  if (why) throw new NotPlain(why)
  return { before, now: read.before + clusteredLine(read) }
}
