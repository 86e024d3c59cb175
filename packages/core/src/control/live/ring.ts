/** The last that there were, the oldest first. */
export class Ring<Item> {
  readonly #most: number
  readonly #items: Item[] = []

  constructor(most: number) {
    this.#most = most
  }

  add(item: Item): void {
    this.#items.push(item)
    if (this.#items.length > this.#most) this.#items.shift()
  }

  get items(): readonly Item[] {
    return this.#items
  }
}
