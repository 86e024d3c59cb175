import { Admin } from '../admin/admin.ts'
import { ControlledProgram } from '../control/controlled.ts'
import { Happenings } from '../control/live/happenings.ts'
import { controlRoutes } from '../control/routes.ts'
import { ControlServer } from '../control/server.ts'
import type { ListenTarget } from '../listen.ts'
import { holdExit } from '../held-exit.ts'
import { surviveLostLogs } from '../log-streams.ts'
import { badOption } from '../bad-option.ts'
import { longestTimeout } from '../duration.ts'
import { fromEnvironment, misspelt } from '../options/environment.ts'
import type { Sheet } from '../options/sheet.ts'
import type { Settings } from '../settings.ts'
import { runtime } from '../runtime.ts'
import { isBundled } from '../own-files.ts'
import { ShutdownCode } from '../shutdown-code.ts'
import { Boundary } from './boundary.ts'
import { CodeOptions } from './code-options.ts'
import { Entry, type Program } from './entry.ts'
import { answerForks, explainSecondPrimary } from './fork-loop.ts'
import { PrimaryCluster } from './primary-cluster.ts'
import { guarded } from './guarded-logger.ts'
import { LogFiles } from './logs/log-files.ts'
import { CompileCache } from './process/compile-cache.ts'
import { nodeSystem } from './process/node-system.ts'
import { checkPermissions } from './process/permission.ts'
import { watchPrivileges } from './process/privileges.ts'
import { connectBus } from './relay/own-bus.ts'
import { report } from './reporter.ts'
import { takeSignals } from './signals.ts'
import { Places } from './sockets/places.ts'
import { takeGivenSockets } from '../systemd/given-sockets.ts'
import { notifySystemd } from '../systemd/notify.ts'
import { connectOpenTelemetry } from '../telemetry/otel/connect.ts'
import { containUncaught } from './uncaught-errors.ts'
import { FleetMetrics } from '../telemetry/fleet/fleet-metrics.ts'
import { whileWatched } from '../watcher.ts'

/**
 * Makes this process the primary. A second `listen` in the same program adds a
 * place to listen at to the same workers, under the first one's options.
 */
export function startPrimary(
  key: string,
  { options, callback }: ListenTarget,
  settings: Settings,
): PrimaryCluster {
  const cluster = (runtime().primary ??= makePrimary(settings, fromEnvironment(process.env)))
  const listening = cluster.open(key, options)
  listening.catch((error: NodeJS.ErrnoException) => explainSecondPrimary(error, settings.logger))
  if (callback) {
    const { boundary } = cluster
    const tell = (error?: Error): void =>
      boundary.run('the callback of listen', () => (error ? callback(error) : callback()))
    void Promise.all([listening, cluster.ready]).then(() => tell(), tell)
  }
  return cluster
}

/**
 * @param stronger what counts more than the options in the program's code.
 * @throws {ClusteredError} ERR_CLUSTERED_NO_ENTRY, ERR_CLUSTERED_NOT_PERMITTED
 */
export function makePrimary(given: Settings, stronger: Sheet, program?: Program): PrimaryCluster {
  surviveLostLogs({ inUse: true })
  const happenings = new Happenings()
  const settings: Settings = { ...whileWatched(given), logger: happenings.besides(guarded(given.logger)) }
  const { logger } = settings
  checkPermissions(logger)
  for (const [name, meant] of misspelt(process.env))
    logger.warn('program:options', `${name} is no variable that Clustered knows: did you mean ${meant}?`)
  if (settings.sticky !== undefined && process.platform === 'win32')
    throw badOption(
      'sticky',
      settings.sticky,
      'none, as workers reach each other by unix sockets',
      'does not work on Windows',
    )
  if (isBundled)
    logger.warn(
      'node:refuses',
      'this program is bundled with @clustered/core inside it: it is not said where a hung worker stands, and one that ' +
        'hangs when its primary dies stays. Have the bundler leave @clustered/core outside (external)',
    )
  const entry = new Entry(program)
  const boundary = new Boundary(logger)
  const compileCache = new CompileCache(settings)
  const logFiles = new LogFiles(settings.logFiles, logger)
  const system = nodeSystem(program === undefined, compileCache, logFiles)
  const sockets = new Places(settings, takeGivenSockets(logger))
  const shutdownCode = new ShutdownCode((problem) =>
    logger.warn('program:failed', `in the primary, ${problem}`),
  )
  const cluster = new PrimaryCluster({ entry, settings, system, sockets, boundary, shutdownCode })
  const routes = controlRoutes(new ControlledProgram(cluster, entry, settings, logFiles, happenings))
  const admin = new Admin({ cluster, settings, routes, places: sockets })
  const codeOptions = new CodeOptions({
    settings,
    given: stronger,
    isSupervised: program !== undefined,
    // It is heard of within a step.
    scale: (workers) =>
      setImmediate(() => workers !== cluster.slots.length && cluster.scaleAsOptionsSay(workers)),
    onChange: () => admin.update(),
  })
  settings.codeOptions = codeOptions
  if (settings.remainAfterExit) stay(cluster)
  report(cluster, logger)
  cluster.on('reload:done', (generation) => codeOptions.settle(generation))
  cluster.on('reload:failed', (generation) => codeOptions.takeBack(generation))
  notifySystemd(cluster, settings)
  takeSignals(cluster, logger)
  holdExit(() => cluster.holdExit(Number(process.exitCode ?? 0)))
  answerForks(logger)
  void cluster.ready.then(() => compileCache.trim()).catch(() => {})
  cluster.on('reload:done', () => void compileCache.trim())
  void cluster.ready.then(() => sockets.given.sayWhoIsLeft(logger)).catch(() => {})
  connectBus(cluster)
  if (settings.metrics) {
    cluster.telemetry.watchThis()
    const fleet = new FleetMetrics(cluster)
    cluster.telemetry.add(() => fleet.metrics())
  }
  connectOpenTelemetry(cluster, settings, entry)
  containUncaught(cluster, boundary, settings)
  watchPrivileges(cluster, logger)
  if (settings.control && process.platform !== 'win32') void new ControlServer(routes, logger).open()
  return cluster
}

/** A primary without workers has nothing in its event loop that would keep it. */
function stay(cluster: PrimaryCluster): void {
  const timer = setInterval(() => {}, longestTimeout)
  cluster.once('close', () => clearInterval(timer))
}
