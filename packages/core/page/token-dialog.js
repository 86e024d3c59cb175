import { el } from './dom.js'
import { open } from './dialog.js'
import { keepToken } from './token.js'

/** @returns whether one was given. */
export async function askForToken() {
  const input = el('input', { type: 'password', id: 'token', autocomplete: 'off', spellcheck: 'false' })
  const answer = await open({
    title: 'The token',
    content: [
      el(
        'p',
        {},
        'The one that the option admin of this program has. It is kept in this tab, and nowhere else.',
      ),
      el('p', {}, el('label', { for: 'token' }, 'Token'), input),
    ],
    yes: 'Use it',
    no: 'Cancel',
    focus: input,
  })
  const given = input.value.trim()
  if (answer !== 'yes' || !given) return false
  keepToken(given)
  return true
}
