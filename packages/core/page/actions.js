import { byId, el, set, setText } from './dom.js'
import { announce } from './announcer.js'
import { counted, duration } from './words.js'
import { ask } from './dialog.js'
import { askForToken } from './token-dialog.js'
import { post } from './requests.js'
import { token } from './token.js'
import { Progress } from './progress.js'

/** Reload, scale and replace: each asks once, is sent once, and says how it went. */
export class Actions {
  #model
  #busy
  #progress = new Progress()
  #reload = el('button', { type: 'button', id: 'reload' }, 'Reload')
  #fewer = el('button', { type: 'button', 'aria-label': 'One worker fewer' }, '−')
  #wanted = el('input', {
    type: 'number',
    id: 'wanted',
    min: 1,
    inputmode: 'numeric',
    'aria-label': 'Workers',
  })
  #more = el('button', { type: 'button', 'aria-label': 'One worker more' }, '+')
  #scale = el('button', { type: 'submit', id: 'scale' }, 'Scale')
  #why = el('span', { id: 'why-not' })
  #enter = el('button', { type: 'button', class: 'quiet' }, 'Enter the token')
  /** The number has been changed here, and stays. */
  #touched = false

  constructor(onToken) {
    const form = el('form', { class: 'scale' }, this.#fewer, this.#wanted, this.#more, this.#scale)
    for (const button of [this.#reload, this.#scale]) set(button, 'aria-describedby', 'why-not')
    byId('actions').append(this.#reload, form)
    byId('actions').after(el('p', { class: 'why-not' }, this.#why, ' ', this.#enter))
    this.#reload.addEventListener('click', () => this.#may() && this.#askReload())
    this.#fewer.addEventListener('click', () => this.#change(-1))
    this.#more.addEventListener('click', () => this.#change(1))
    this.#wanted.addEventListener('input', () => this.#change(0))
    this.#wanted.addEventListener('keydown', ({ key }) => key === 'Escape' && this.#reset())
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      if (this.#may()) void this.#askScale()
    })
    this.#enter.addEventListener('click', async () => (await askForToken()) && onToken())
  }

  /** Why nothing can be changed now, or `undefined` where it can. */
  get whyNot() {
    const { connection, mayChange, status } = this.#model
    if (connection === 'connecting') return ''
    if (connection === 'refused') return 'The token of the option admin is missing, or is another one.'
    if (connection === 'lost') return 'Nothing can be changed while the program is out of reach.'
    if (!mayChange && token()) return 'Looking only: the token that this page has is not the right one.'
    if (!mayChange)
      return 'Looking only. To change something, set a token in the option admin, and open this page with #token=… or'
    if (status.state === 'closing') return 'The program closes.'
    return this.#busy
  }

  show(model) {
    this.#model = model
    const { connection, mayChange } = model
    const { whyNot } = this
    setText(this.#why, whyNot ?? '')
    this.#enter.hidden = connection !== 'refused' && (connection !== 'open' || mayChange)
    byId('actions').hidden = !model.status
    if (!model.status) return
    if (!this.#touched) this.#wanted.value = model.status.slots
    const number = Number(this.#wanted.value)
    const isSame = number === model.status.slots || !Number.isInteger(number) || number < 1
    set(this.#scale, 'aria-disabled', (whyNot !== undefined || isSame) && 'true')
    // Disabled for good, they would lose the focus.
    for (const part of [this.#reload, this.#fewer, this.#more, this.#wanted])
      set(part, 'aria-disabled', whyNot !== undefined && 'true')
    this.#wanted.readOnly = whyNot !== undefined
  }

  #may() {
    const { whyNot } = this
    if (whyNot) announce(whyNot)
    return whyNot === undefined
  }

  #change(by) {
    if (!this.#may()) return
    if (by) this.#wanted.value = Math.max(1, Number(this.#wanted.value) + by)
    this.#touched = Number(this.#wanted.value) !== this.#model.status.slots
    this.show(this.#model)
  }

  #reset() {
    this.#touched = false
    this.show(this.#model)
  }

  async #askReload() {
    const { slots, cwd, generation, drainTimeout } = this.#model.status
    const yes = await ask({
      title: 'Reload?',
      text: [
        `${counted(slots, 'worker')} ${slots === 1 ? 'is' : 'are'} replaced by what is in ${cwd} now, a few at a time: generation ${generation + 1}.`,
        `Each old one serves until its new one is ready, and then has ${duration(drainTimeout)} to answer what it has in flight. If a new one does not come up, the old ones serve on.`,
      ],
      yes: 'Reload',
    })
    if (!yes) return
    await this.#run('Reload', slots, async (onLine) => {
      const { generation: brought } = await post('reload', undefined, onLine)
      return `Reload done: every slot runs generation ${brought}`
    })
  }

  async #askScale() {
    const { slots, bounds, drainTimeout } = this.#model.status
    const workers = Number(this.#wanted.value)
    if (workers === slots || !this.#wanted.checkValidity()) return
    const many = Math.abs(workers - slots)
    const text =
      workers > slots
        ? `${counted(many, 'worker')} more ${many === 1 ? 'is' : 'are'} started.`
        : `${counted(many, 'worker')} ${many === 1 ? 'stops' : 'stop'} taking requests, and ${many === 1 ? 'has' : 'have'} ${duration(drainTimeout)} to answer what is in flight.`
    const yes = await ask({
      title: `From ${slots} to ${counted(workers, 'worker')}?`,
      text: bounds
        ? [
            text,
            `The number follows the load (${bounds.min} to ${bounds.max}); this one stands until the next reload.`,
          ]
        : [text],
      yes: `Scale to ${workers}`,
    })
    if (!yes) return
    await this.#run('Scale', 0, async () => {
      await post('scale', { workers })
      return `Scaled to ${counted(workers, 'worker')}`
    })
    this.#reset()
  }

  /** Asked already: by the dialog that shows the slot. */
  async replace(slot) {
    await this.#run(`Replacing the worker of slot ${slot}`, 1, async (onLine) => {
      const { pid } = await post('replace', { slot }, onLine)
      return `The worker of slot ${slot} is replaced${pid ? `: pid ${pid} serves` : ''}`
    })
  }

  async #run(what, steps, call) {
    if (this.#busy) return
    this.#busy = `${what} is under way.`
    this.show(this.#model)
    this.#progress.begin(`${what} is under way`, steps)
    const ready = new Set()
    try {
      const text = await call((line) => {
        if (line.event === 'worker:ready') ready.add(line.worker.slot)
        this.#progress.follow(line, ready.size, steps)
      })
      this.#progress.done(text)
    } catch (error) {
      this.#progress.failed(what, error)
    } finally {
      this.#busy = undefined
      this.show(this.#model)
    }
  }
}
