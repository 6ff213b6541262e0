/**
 * While it is open what draws a terminal, no size is told. WebGL rounds a cell to whole pixels, so that more columns fit
 * once it draws: a line that its program does not print again would be cut at a size that does not last.
 */

/** A slow network must not keep the terminal away, ms: then WebGL comes later. */
export const patienceMs = 500

export class DrawingChoice {
  #open = 0

  /** May no size be told yet? */
  get isOpen(): boolean {
    return this.#open > 0
  }

  /** Open until `made` settles or 500 ms are over; calls `fit` then, and again when it settles after that. Rejects as `fit` throws. */
  async wait(made: Promise<void>, fit: () => void): Promise<void> {
    const settled = made.catch(() => {})
    let late = false
    this.#open += 1
    await Promise.race([
      settled,
      new Promise<void>((resolve) => {
        setTimeout(() => {
          late = true
          resolve()
        }, patienceMs)
      }),
    ])
    this.#open -= 1
    fit()
    if (late) void settled.then(fit)
  }
}
