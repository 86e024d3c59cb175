export default defineNitroPlugin((nitro) => {
  nitro.hooks.hook('close', () => console.log(`hook close ${process.pid}`))
})
