import { clustered } from '@clustered/nest'

clustered(() => import('./app.js').then(({ createApp }) => createApp()), {
  onShutdown: () => console.log(`hook onShutdown ${process.pid}`),
}).listen(process.env.PORT)
