import { allAnswer } from '../tools/who.js'

/** What says nothing to us is asked until all its workers answer; what does not come so far is ended. */
export async function started(running, port, workers) {
  try {
    await allAnswer(port, workers)
    return running
  } catch (error) {
    await running.stop()
    throw error
  }
}
