/** One-shot timers with a name each: setting a name again replaces its timer, and all end together. */
export class NamedTimers<Name extends string> {
  readonly #timers = new Map<Name, NodeJS.Timeout>()

  has(name: Name): boolean {
    return this.#timers.has(name)
  }

  set(name: Name, ms: number, run: () => void): void {
    this.cancel(name)
    const timer = setTimeout(() => {
      this.#timers.delete(name)
      run()
    }, ms)
    this.#timers.set(name, timer)
  }

  cancel(name: Name): void {
    clearTimeout(this.#timers.get(name))
    this.#timers.delete(name)
  }

  cancelAll(): void {
    for (const name of [...this.#timers.keys()]) this.cancel(name)
  }
}
