import { authorization } from './token.js'

/**
 * Asks for a change. Sent once: whether one that got no answer was done shows the page itself.
 * @param onLine takes each line of an answer that comes in lines.
 * @returns the answer, or its last line.
 */
export async function post(what, body, onLine) {
  let response
  try {
    response = await fetch(`v1/${what}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...authorization() },
      body: body && JSON.stringify(body),
    })
  } catch {
    throw new Error('the program could not be reached')
  }
  if (response.status === 401) throw new Error('the token is missing, or is not the right one')
  const text = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  let last
  try {
    for (;;) {
      const { done, value = '' } = await text.read()
      const lines = (rest + value).split('\n')
      rest = lines.pop()
      if (done) lines.push(rest)
      for (const line of lines.filter(Boolean)) {
        last = JSON.parse(line)
        onLine?.(last)
      }
      if (done) break
    }
  } catch {
    throw new Error('the connection was lost; what was begun goes on, and shows here when it is done')
  }
  if (last?.error) throw Object.assign(new Error(last.error.message), { stack: '' }, last.error)
  if (!response.ok) throw new Error(`the answer was ${response.status}`)
  return last
}
