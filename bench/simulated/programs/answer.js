// What each system's workers answer: their pid. `/5` first holds the event loop
// for 5 ms, as a computation would, but takes no CPU: two cores can play sixteen.
const nothing = new Int32Array(new SharedArrayBuffer(4))

export function answer(request, response) {
  const ms = Number(request.url.slice(1))
  if (ms > 0) Atomics.wait(nothing, 0, 0, ms)
  response.end(String(process.pid))
}
