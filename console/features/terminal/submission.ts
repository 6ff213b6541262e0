/**
 * "Run in shell": text and then Enter, both to the same program or neither. While none can be reached (it restarts, it
 * is being connected) the text waits; when the program changes between the two, the text goes to the new one as a whole.
 */
import type { TermClock } from './term-options.ts'

/** A program takes "text and Enter" in one piece for a paste; the Enter comes after it has seen the text. */
const enterAfterMs = 150
/** What has waited so long for a program is not wanted any more. */
const waitMs = 30_000

export interface SubmissionSeam {
  /** Names the program that would get what is typed now; undefined while there is none. */
  readonly program: () => string | undefined
  readonly paste: (text: string) => void
  readonly enter: () => void
  /** Waited in vain. */
  readonly lost: (text: string) => void
  readonly clock: TermClock
}

interface Waiting {
  readonly text: string
  readonly until: number
}

export class Submissions {
  readonly #seam: SubmissionSeam
  #waiting: Waiting[] = []
  #typing = false
  #cancel: (() => void) | undefined

  constructor(seam: SubmissionSeam) {
    this.#seam = seam
  }

  submit(text: string): void {
    this.#waiting.push({ text, until: this.#seam.clock.now() + waitMs })
    this.look()
  }

  /** Something changed: a program may be there now. */
  look(): void {
    const { program, paste, clock } = this.#seam
    const [next] = this.#waiting
    if (next === undefined || this.#typing) return
    this.#cancel?.()
    if (clock.now() >= next.until) {
      this.#waiting.shift()
      this.#seam.lost(next.text)
      this.look()
      return
    }
    const typedInto = program()
    if (typedInto === undefined) {
      this.#cancel = clock.after(next.until - clock.now(), () => this.look())
      return
    }
    this.#typing = true
    paste(next.text)
    this.#cancel = clock.after(enterAfterMs, () => {
      this.#typing = false
      if (program() === typedInto) {
        this.#waiting.shift()
        this.#seam.enter()
      }
      this.look()
    })
  }

  close(): void {
    this.#cancel?.()
    this.#waiting = []
  }
}
