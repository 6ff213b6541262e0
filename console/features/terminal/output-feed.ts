/**
 * Brings output to the screen in order and once: cuts overlaps, applies sizes at the offset where they took effect,
 * counts what the screen has parsed, and knows which bytes are history whose questions must stay unanswered.
 */
import { TerminalProtocolError } from '@workshop/contracts/terminal-protocol'
import { WholeCharacters } from '@workshop/contracts/whole-characters'

/** The screen as TermClient uses it; xterm.js fits. `parsed` comes after the bytes are parsed, in order. */
export interface TermScreen {
  readonly write: (data: Uint8Array, parsed: () => void) => void
  readonly reset: () => void
  readonly resize: (cols: number, rows: number) => void
}

interface SizeMark {
  readonly cols: number
  readonly rows: number
  readonly offset: number
}

const nothing = new Uint8Array(0)

export class OutputFeed {
  readonly #screen: TermScreen
  readonly #onParsed: () => void
  readonly #characters = new WholeCharacters()
  #next = 0
  #parsed = 0
  #live = 0
  #whole = false
  #sizes: SizeMark[] = []
  /** Rises with each RESET: what was handed over before no longer counts. */
  #generation = 0
  #writes = 0
  #parsedWrites = 0
  #lastMuted = 0

  constructor(screen: TermScreen, onParsed: () => void) {
    this.#screen = screen
    this.#onParsed = onParsed
  }

  /** The next output byte that is wanted. */
  get next(): number {
    return this.#next
  }

  /** Everything before it is parsed by the screen. */
  get parsed(): number {
    return this.#parsed
  }

  /** `from` of HELLO; empty when the screen is half replayed and must be built anew. */
  get resumeFrom(): { readonly from?: number } {
    return this.#whole ? { from: this.#next } : {}
  }

  /** Is history being parsed? Then the terminal's answers are not typing. */
  get muted(): boolean {
    return this.#parsedWrites < this.#lastMuted
  }

  /** A connection that goes on from `next`: what came before `live` while away is history. */
  resume(live: number): void {
    this.#live = live
  }

  /** RESET: an empty screen of this size, whose replay stands for everything before `offset`. */
  reset(offset: number, live: number, cols: number, rows: number): void {
    this.#generation += 1
    this.#next = offset
    this.#parsed = offset
    this.#live = live
    this.#sizes = []
    this.#whole = false
    this.#characters.drop()
    this.#hand(nothing, true, () => {
      this.#screen.reset()
      this.#screen.resize(cols, rows)
    })
  }

  /** REPLAY: bytes that stand for the past and have no offset of their own. */
  replay(data: Uint8Array, last: boolean): void {
    this.#whole = last
    this.#hand(data, true)
  }

  /** OUTPUT; throws when bytes are missing before it. */
  output(offset: number, data: Uint8Array): void {
    if (!this.#whole) throw new TerminalProtocolError('output came before the end of the replay')
    if (offset > this.#next) throw new TerminalProtocolError(`output ${this.#next} to ${offset} is missing`)
    this.#feed(data.subarray(Math.min(data.length, this.#next - offset)))
  }

  /** SIZE: takes effect when everything before `offset` has been handed over. Those of the past come after WELCOME's. */
  size(cols: number, rows: number, offset: number): void {
    const at = this.#sizes.findIndex((mark) => mark.offset > offset)
    this.#sizes.splice(at === -1 ? this.#sizes.length : at, 0, { cols, rows, offset })
    this.#applySizes()
  }

  #feed(data: Uint8Array): void {
    let rest = data
    while (rest.length > 0) {
      const stops = [this.#live, this.#sizes[0]?.offset ?? Number.MAX_SAFE_INTEGER].filter((at) => at > this.#next)
      const cut = Math.min(rest.length, ...stops.map((at) => at - this.#next))
      const generation = this.#generation
      const end = this.#next + cut
      this.#next = end
      this.#hand(rest.subarray(0, cut), end <= this.#live, () => {
        if (generation !== this.#generation) return
        this.#parsed = end
        this.#onParsed()
      })
      rest = rest.subarray(cut)
      this.#applySizes()
    }
  }

  #applySizes(): void {
    for (let mark = this.#sizes[0]; mark !== undefined && mark.offset <= this.#next; mark = this.#sizes[0]) {
      const { cols, rows } = mark
      this.#sizes.shift()
      this.#hand(nothing, false, () => this.#screen.resize(cols, rows))
    }
  }

  #hand(data: Uint8Array, muted: boolean, then?: () => void): void {
    this.#writes += 1
    const write = this.#writes
    if (muted) this.#lastMuted = write
    this.#screen.write(this.#characters.take(data), () => {
      this.#parsedWrites = write
      then?.()
    })
  }
}
