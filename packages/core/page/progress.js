import { byId, el, set, setText } from './dom.js'
import { announce } from './announcer.js'
import { counted, duration } from './words.js'

/** What somebody has asked for here: how far it is, and how it went. */
export class Progress {
  #bar = el('progress', { 'aria-label': 'How far it is' })
  #text = el('span')

  begin(text, steps) {
    this.begun = Date.now()
    if (steps) set(this.#bar, 'max', steps)
    this.#text.textContent = text
    this.#show('change', this.#text, this.#bar)
    announce(text)
  }

  step(text, done) {
    setText(this.#text, text)
    if (done !== undefined) set(this.#bar, 'value', done)
  }

  /** One line of the answer to a reload or a replacement. */
  follow(line, ready, steps) {
    if (!line.worker) return
    const { slot, generation } = line.worker
    const did = {
      'worker:boot': 'boots',
      'worker:ready': 'is ready',
      'worker:drain': 'drains',
      'worker:exit': 'is gone',
    }
    this.step(
      `${ready} of ${counted(steps, 'slot')} done. Slot ${slot}, generation ${generation}, ${did[line.event] ?? line.event}`,
      ready,
    )
  }

  done(text) {
    const said = `${text}, after ${duration(Date.now() - this.begun)}.`
    this.#show('well', el('span', {}, said))
    announce(said)
  }

  failed(what, error) {
    const said = `${what} failed: ${error.message}`
    const more = error.code && `${error.code}\n${error.stack}`
    this.#show('bad', el('span', {}, said), more && el('pre', { tabindex: 0 }, more))
    announce(said)
  }

  #show(level, ...content) {
    const section = byId('progress')
    section.hidden = false
    set(section, 'data-level', level)
    section.replaceChildren(...content.filter(Boolean))
    if (level === 'change') return
    const close = el('button', { type: 'button', class: 'quiet' }, 'Dismiss')
    close.addEventListener('click', () => {
      section.hidden = true
      document.querySelector('#actions button')?.focus()
    })
    section.append(close)
  }
}
