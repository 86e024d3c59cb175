process.on('sveltekit:shutdown', () => console.log(`hook shutdown ${process.pid}`))
