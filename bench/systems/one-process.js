import { startProgram } from './program.js'

export const oneProcess = {
  name: 'one process',
  isAlone: true,
  start: (how) =>
    startProgram('one-process', how).then(({ root, stop, reader }) => ({
      root,
      stop,
      reader,
      workers: () => [root],
    })),
}
