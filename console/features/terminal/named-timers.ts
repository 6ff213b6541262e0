/** One-shot timers with a name each: setting a name again replaces its timer, and all end together. */
import type { TermClock } from './term-options.ts'

export class NamedTimers<Name extends string> {
  readonly #clock: TermClock
  readonly #cancels = new Map<Name, () => void>()

  constructor(clock: TermClock) {
    this.#clock = clock
  }

  has(name: Name): boolean {
    return this.#cancels.has(name)
  }

  set(name: Name, ms: number, run: () => void): void {
    this.cancel(name)
    const cancel = this.#clock.after(ms, () => {
      this.#cancels.delete(name)
      run()
    })
    this.#cancels.set(name, cancel)
  }

  cancel(name: Name): void {
    this.#cancels.get(name)?.()
    this.#cancels.delete(name)
  }

  cancelAll(): void {
    for (const name of [...this.#cancels.keys()]) this.cancel(name)
  }
}
