/**
 * The token comes in the fragment, which no server and no proxy gets to see. It
 * stays in this tab, and is not left in the address bar, nor in the history.
 */
const key = `clustered token of ${new URL('.', location.href).pathname}`

export function readToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  if (given !== null) {
    history.replaceState(null, '', location.pathname + location.search)
    keepToken(given)
  }
}

export function keepToken(given) {
  try {
    sessionStorage.setItem(key, given)
  } catch {
    kept = given
  }
}

// For a browser that keeps nothing.
let kept = null

export function token() {
  try {
    return sessionStorage.getItem(key) ?? kept
  } catch {
    return kept
  }
}

export function authorization() {
  const known = token()
  return known ? { Authorization: `Bearer ${known}` } : {}
}
