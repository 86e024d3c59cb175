import { isProgramName } from '../control/name.ts'
import { isLogger } from '../logger.ts'
import type { ClusteredOptions, MetricsOptions } from '../options.ts'
import { isRegistry } from '../telemetry/prom-client/registries.ts'
import { group } from './check.ts'
import { code, oneOf, orFalse, orTrue, textThat, yesOrNo } from './kinds.ts'
import type { Options } from './option.ts'

const metrics: Options<MetricsOptions> = {
  registry: {
    doc: "The app's own registries of prom-client, besides the global ones, which are found",
    off: 'None is looked for',
    kind: code<Exclude<MetricsOptions['registry'], undefined>>(
      (value) => value === false || [value].flat().every(isRegistry),
      'a registry of prom-client, an array of them, or false',
    ),
    otherwise: 'those that are found',
    change: 'worker',
  },
}

/** How the program is seen from outside. */
export const operation: Options<
  Pick<ClusteredOptions, 'name' | 'control' | 'metrics' | 'hints' | 'logger' | 'logFormat' | 'logTime'>
> = {
  name: {
    doc: 'What the program is called by the clustered command',
    kind: textThat(
      isProgramName,
      'up to 64 letters, digits and . _ + -, the first one a letter, a digit or _',
      '<name>',
    ),
    otherwise: "the name in the nearest package.json, else the entry file's",
    change: 'restart',
  },
  control: {
    doc: 'Whether the primary opens a control socket, by which the clustered command of the same user sees and operates it',
    off: 'There is none, and the clustered command does not see the program',
    kind: yesOrNo(),
    default: true,
    change: 'restart',
  },
  metrics: {
    doc: 'Whether requests are timed, and the metrics of all workers kept',
    off: 'There are none, nor latencies in `clustered list`',
    kind: orTrue(group('metrics', 'true, false, or an object such as { registry }', metrics)),
    default: {},
    otherwise: 'true',
    change: 'boot',
  },
  hints: {
    doc: 'Whether the log says what in the program is for one process, where there are several workers',
    kind: yesOrNo(),
    default: true,
    off: 'It does not, and no worker looks for it',
    change: 'reload',
  },
  logger: {
    doc: "Where the primary's log lines go",
    kind: orFalse(
      code<Exclude<ClusteredOptions['logger'], false | undefined>>(
        isLogger,
        'false, an object with the methods info, warn and error, or a function that takes a line',
      ),
    ),
    otherwise: 'stderr',
    off: 'No log lines are written',
    change: 'restart',
  },
  logFormat: {
    doc: "What the primary's own lines on stderr look like",
    kind: oneOf(['pretty', 'json']),
    default: 'pretty',
    change: 'restart',
  },
  logTime: {
    doc: "Whether the primary's own pretty lines on stderr begin with the time",
    kind: yesOrNo(),
    default: false,
    off: 'They do not, even with --daemon',
    change: 'restart',
  },
}
