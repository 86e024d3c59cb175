export function kill(pid, signal) {
  try {
    if (pid) process.kill(pid, signal)
  } catch {
    // It has gone by itself.
  }
}
