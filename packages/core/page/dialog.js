import { el } from './dom.js'

/**
 * Asks once. The way back has the focus, so that a key that is held down, or
 * pressed twice, does not say yes.
 * @returns whether the answer was yes.
 */
export async function ask({ title, text, yes }) {
  const answer = await open({ title, content: text.map((line) => el('p', {}, line)), yes, no: 'Cancel' })
  return answer === 'yes'
}

/** @returns 'yes', or something else where it was left in another way. */
export function open({ title, content, yes, no, yesOff, focus }) {
  const confirm =
    yes && el('button', { value: 'yes', class: 'main', 'aria-disabled': Boolean(yesOff) && 'true' }, yes)
  const back = el('button', { value: 'no', type: 'button' }, no)
  const dialog = el(
    'dialog',
    { 'aria-labelledby': 'dialog-title' },
    el(
      'form',
      { method: 'dialog' },
      el('h2', { id: 'dialog-title' }, title),
      ...content,
      yesOff && el('p', { class: 'why-not' }, yesOff),
      el('p', { class: 'answers' }, back, confirm),
    ),
  )
  dialog.addEventListener('submit', (event) => {
    if (event.submitter === confirm && yesOff) event.preventDefault()
  })
  back.addEventListener('click', () => dialog.close('no'))
  // A click beside it.
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close('no'))
  document.body.append(dialog)
  dialog.showModal()
  ;(focus ?? back).focus()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(dialog.returnValue)
    })
  })
}
