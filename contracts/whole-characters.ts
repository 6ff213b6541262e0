/**
 * Hands a stream of UTF-8 on in pieces that never end inside a character. xterm.js 6.0 loses a character that is cut
 * behind a byte 80, which half of the punctuation of agents has in it (• … — “). Runs in browsers and in Node.
 */
export class WholeCharacters {
  #held: Uint8Array = new Uint8Array(0)

  /** The bytes so far, without an unfinished character at their end: that comes with the next ones. */
  take(bytes: Uint8Array): Uint8Array {
    const all = this.#held.length === 0 ? bytes : joined(this.#held, bytes)
    const end = all.length - unfinishedCharacter(all)
    this.#held = end === all.length ? new Uint8Array(0) : all.slice(end)
    return all.subarray(0, end)
  }

  /** What was held belongs to nothing any more. */
  drop(): void {
    this.#held = new Uint8Array(0)
  }
}

/** How many bytes at the end begin a character and do not finish it: at most 3. */
export function unfinishedCharacter(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0
  }
  return 0
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}
