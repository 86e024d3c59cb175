/** An element. What comes from a program gets here as text, and never as markup. */
export function el(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children)
}

export function svg(tag, attributes, ...children) {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children)
}

function filled(node, attributes = {}, children) {
  for (const [name, value] of Object.entries(attributes)) set(node, name, value)
  node.append(...children.filter((child) => child !== undefined && child !== false))
  return node
}

/** `undefined` and `false` take the attribute away. Nothing is touched that is so already. */
export function set(node, name, value) {
  if (value === undefined || value === false) node.removeAttribute(name)
  else {
    const text = value === true ? '' : String(value)
    if (node.getAttribute(name) !== text) node.setAttribute(name, text)
  }
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}

export function byId(id) {
  return document.getElementById(id)
}

/**
 * Has one child for each item, in their order. A child stays for as long as its
 * key is there: with it the focus, and what the reader has selected.
 */
export function keyed(parent, items, keyOf, make, update) {
  const there = new Map([...parent.children].map((child) => [child.dataset.key, child]))
  let before = parent.firstElementChild
  for (const item of items) {
    const key = String(keyOf(item))
    let child = there.get(key)
    there.delete(key)
    if (!child) {
      child = make(item)
      child.dataset.key = key
    }
    if (child === before) before = before.nextElementSibling
    else parent.insertBefore(child, before)
    update?.(child, item)
  }
  for (const gone of there.values()) gone.remove()
}
