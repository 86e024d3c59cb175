import { byId, setText } from './dom.js'

let said

/**
 * Says something to whoever listens to the page rather than looks at it.
 * @param gist only another one is said.
 */
export function announce(text, gist = text) {
  if (gist === said) return
  said = gist
  setText(byId('announcer'), text)
}
