/**
 * A line of typing that a restart tore apart: its beginning went to the program that is over, so its rest must not run
 * in the new one (`echo a; rm b` would become `rm b`). What belongs to it is what comes before Enter and without a
 * pause. Pure but for its own memory.
 */

/** Somebody who paused so long has seen the new program, ms. */
const pauseMs = 1_000
/** Enter, ^C, ^D, ^U: after these a shell starts over. */
const endings: ReadonlySet<string> = new Set(['\r', '\n', '\u0003', '\u0004', '\u0015'])

export class TornLine {
  #open = false
  #torn = false
  #lastAt = Number.NEGATIVE_INFINITY

  /** Somebody types; false when it is the rest of a torn line and must not go out. `now` in ms. */
  typed(data: string, now: number): boolean {
    const rest = this.#torn && now - this.#lastAt < pauseMs
    this.#lastAt = now
    this.#open = !endings.has(data.at(-1) ?? '')
    this.#torn = rest && this.#open
    return !rest
  }

  /** Another program takes the typing from now on. */
  tear(): void {
    this.#torn = this.#open
  }
}
