export function register() {
  if (process.env.NEXT_RUNTIME === 'nodejs')
    process.on('SIGTERM', () => console.log(`hook SIGTERM ${process.pid}`))
}
