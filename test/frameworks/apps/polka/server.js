import { app } from './app.js'

app.listen(process.env.PORT)
process.once('SIGTERM', () => app.server.close(() => console.log(`hook SIGTERM ${process.pid}`)))
