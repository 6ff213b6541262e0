/** The title that a program gives its terminal (OSC 0 and 2), made safe to show. */
import { terminalLimits } from '@workshop/contracts/terminal-protocol'

const start = Buffer.from('\u001b]')
/** A title cut by the end of a chunk is kept up to this length, then given up. */
const maxCarried = 2_048
/** Controls, line separators, and marks that turn the reading direction: a title must not forge what is around it. */
const unsafe = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

export class TitleWatch {
  #carried: Buffer = Buffer.alloc(0)

  /** Has a title begun that is not finished? */
  get isOpen(): boolean {
    return this.#carried.length > 0
  }

  /** Goes over output; gives the last title in it, if there was one. */
  scan(chunk: Buffer): string | undefined {
    if (this.#carried.length === 0 && chunk.indexOf(start) === -1 && chunk.at(-1) !== 0x1b) return undefined
    const bytes = this.#carried.length === 0 ? chunk : Buffer.concat([this.#carried, chunk])
    this.#carried = Buffer.alloc(0)
    let title: string | undefined
    let at = bytes.indexOf(start)
    while (at !== -1) {
      const end = endOf(bytes, at + 2)
      if (end === -1) {
        this.#carry(bytes.subarray(at))
        return title
      }
      const text = bytes.toString('utf8', at + 2, end)
      if (text.startsWith('0;') || text.startsWith('2;')) title = safeTitle(text.slice(2))
      at = bytes.indexOf(start, end)
    }
    if (bytes.at(-1) === 0x1b) this.#carry(bytes.subarray(-1))
    return title
  }

  #carry(rest: Buffer): void {
    if (rest.length <= maxCarried) this.#carried = Buffer.from(rest)
  }
}

/** Agents put a spinner's or a logo's sign in front; the page draws its own. */
const leadingSign = /^(?:[\p{So}\s]|\ufe0f)+(?=\S)/u

/** Without controls and leading signs, and short. */
export function safeTitle(text: string): string {
  return text.replace(unsafe, '').replace(leadingSign, '').slice(0, terminalLimits.maxTitle)
}

/** Index of the BEL or ESC that ends a control string, or -1. */
function endOf(bytes: Buffer, from: number): number {
  for (let i = from; i < bytes.length; i++) if (bytes[i] === 7 || bytes[i] === 0x1b) return i
  return -1
}
