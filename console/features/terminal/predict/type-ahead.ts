/** Brings the predictor to a terminal: what it is told, when it is looked at again, and where it paints. */
import type { Terminal } from '@xterm/xterm'
import { lookAtLine } from './line-look.ts'
import { PredictionLayer } from './prediction-layer.ts'
import { type EchoFlags, Predictor } from './predictor.ts'

export class TypeAhead {
  readonly #terminal: Terminal
  readonly #predictor = new Predictor()
  readonly #layer: PredictionLayer
  #frame: number | undefined
  #on: boolean

  constructor(terminal: Terminal, on: boolean) {
    this.#terminal = terminal
    this.#layer = new PredictionLayer(terminal)
    this.#on = on
  }

  /** The person's wish. Off, nothing is shown; what was learned about prompts is kept. */
  set on(on: boolean) {
    this.#on = on
    if (!on) this.forget()
  }

  roundTrip(ms: number): void {
    this.#predictor.roundTrip(ms)
  }

  flags(flags: EchoFlags): void {
    this.#predictor.flags(flags)
    this.#show()
  }

  /** After `data` was handed to the connection; it ends at input byte `end`. */
  typed(data: string, end: number): void {
    if (!this.#on) return
    this.#predictor.typed(data, end, lookAtLine(this.#terminal), performance.now())
    this.#show()
  }

  taken(end: number): void {
    this.#predictor.taken(end, performance.now())
  }

  /** The screen has parsed output. */
  parsed(): void {
    if (!this.#on || !this.#predictor.armed) return
    this.#predictor.parsed(lookAtLine(this.#terminal), performance.now())
    this.#show()
  }

  /** The connection was lost or the program restarted: what was typed may not have arrived. */
  forget(): void {
    this.#predictor.forget()
    this.#show()
  }

  dispose(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame)
    this.#layer.dispose()
  }

  /** Paints now, and each frame while something is foretold: it may have to go without anything happening. */
  #show(): void {
    this.#predictor.expire(performance.now())
    const look = lookAtLine(this.#terminal)
    const foretold = this.#predictor.foretold(look)
    this.#layer.paint(look, foretold)
    if (!this.#predictor.waits || this.#frame !== undefined) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined
      this.#show()
    })
  }
}
