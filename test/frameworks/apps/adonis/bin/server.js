// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { Ignitor, prettyPrintError } from '@adonisjs/core'

const root = new URL('../', import.meta.url)
const importer = (name) => import(name.startsWith('.') ? new URL(name, root).href : name)

new Ignitor(root, { importer })
  .tap((app) => {
    app.terminating(() => console.log(`hook terminating ${process.pid}`))
    app.listen('SIGTERM', () => app.terminate())
    app.listenIf(app.managedByPm2, 'SIGINT', () => app.terminate())
  })
  .httpServer()
  .start()
  .catch((error) => {
    process.exitCode = 1
    prettyPrintError(error)
  })
