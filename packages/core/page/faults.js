import { byId, el, keyed, setText } from './dom.js'
import { capital, duration, exact, precise } from './words.js'
import { distinct, kinds } from './faults-in-words.js'

/** The last hang and the last crash, whole: where, in which request, and the stack. */
export function showFaults({ faults, now }) {
  const newest = distinct(faults)
  keyed(byId('faults'), newest, ({ kind, at, pid }) => `${kind} ${at} ${pid}`, newFault)
  for (const [i, { at }] of newest.entries())
    setText(byId('faults').children[i].querySelector('.ago'), `${duration(now - at)} ago`)
  if (newest.length === 0)
    byId('faults').replaceChildren(el('p', { class: 'nothing' }, 'None since the program was started.'))
}

function newFault({ kind, at, slot, pid, generation, request, what, stack }) {
  const name = kinds[kind] ?? kind
  const title = el('h3', { id: `title-${kind}` }, `Last ${name} `, el('small', { class: 'ago' }))
  const facts = [
    ['when', el('time', { datetime: new Date(at).toISOString(), title: exact(at) }, precise(at, Date.now()))],
    ['worker', `slot ${slot}, pid ${pid}, generation ${generation}`],
    ['request', request ?? 'not known'],
  ]
  const trace = el('pre', { tabindex: 0, role: 'region', 'aria-label': `Stack of the last ${name}` })
  trace.append(...linesOf(stack))
  return el(
    'article',
    { id: `fault-${kind}`, 'data-kind': kind, 'aria-labelledby': `title-${kind}` },
    title,
    el('p', { class: 'what' }, capital(what)),
    el('dl', {}, ...facts.map(([term, fact]) => el('div', {}, el('dt', {}, term), el('dd', {}, fact)))),
    stack
      ? trace
      : el(
          'p',
          { class: 'nothing' },
          kind === 'crash'
            ? 'It left no stack.'
            : 'No stack: it stands in a native call, which cannot be interrupted.',
        ),
    stack && copyButton(stack),
  )
}

/** What is of the program itself stands out among what it uses. */
function linesOf(stack) {
  const lines = stack.split('\n')
  return lines.map((line, i) => {
    const others = /\bnode:|[\\/]node_modules[\\/]|\(<anonymous>\)$/.test(line)
    return el('span', { class: others ? 'others' : 'own' }, i < lines.length - 1 ? `${line}\n` : line)
  })
}

function copyButton(text) {
  // Only where the page is on this machine, or comes through TLS.
  if (!navigator.clipboard) return undefined
  const button = el('button', { type: 'button', class: 'quiet' }, 'Copy the stack')
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(text).then(
      () => setText(button, 'Copied'),
      () => setText(button, 'The browser does not allow it'),
    )
  })
  return button
}
