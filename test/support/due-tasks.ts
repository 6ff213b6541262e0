/** Tasks by the time that they are due, the earliest first, those of one time in the order of asking: a binary heap, for tens of thousands of timers. */

export interface Due {
  readonly at: number
  readonly order: number
  readonly task: () => void
  /** It was removed: it leaves the heap when it comes to the top. */
  isGone: boolean
}

export class DueTasks {
  readonly #heap: Due[] = []
  #order = 0

  /** The returned function calls it off. */
  add(at: number, task: () => void): () => void {
    const due: Due = { at, order: this.#order++, task, isGone: false }
    this.#heap.push(due)
    this.#up(this.#heap.length - 1)
    return () => this.remove(due)
  }

  /** The earliest one; it stays. */
  next(): Due | undefined {
    while (this.#heap[0]?.isGone) this.#pop()
    return this.#heap[0]
  }

  remove(due: Due): void {
    due.isGone = true
  }

  clear(): void {
    this.#heap.length = 0
  }

  #pop(): void {
    const last = this.#heap.pop()
    if (!last || this.#heap.length === 0) return
    this.#heap[0] = last
    this.#down(0)
  }

  #up(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!this.#isBefore(at, parent)) return
      this.#swap(at, parent)
      at = parent
    }
  }

  #down(from: number): void {
    for (let at = from; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      let least = at
      if (left < this.#heap.length && this.#isBefore(left, least)) least = left
      if (right < this.#heap.length && this.#isBefore(right, least)) least = right
      if (least === at) return
      this.#swap(at, least)
      at = least
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one] as Due, this.#heap[other] as Due]
    return a.at < b.at || (a.at === b.at && a.order < b.order)
  }

  #swap(one: number, other: number): void {
    const kept = this.#heap[one] as Due
    this.#heap[one] = this.#heap[other] as Due
    this.#heap[other] = kept
  }
}
