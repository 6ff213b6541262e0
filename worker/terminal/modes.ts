/**
 * Tells plain output (text, colours, line erasing, titles) from output that draws on the screen. Plain output can be
 * replayed from any line on, with a short prefix for what is switched on by then; only what draws needs a screen model.
 * Most shells, builds and logs never need one.
 */

const esc = 0x1b
/** DEC modes that change how keys and cursor look, not what is on the screen. */
const harmlessModes: ReadonlySet<string> = new Set(['1', '12', '25', '66', '1004', '2004'])
/** Longer runs of colour without a reset are given up: a screen model knows better. */
const maxColours = 256
/** SO, SI, VT and FF move or change characters. */
const drawingControls = [0x0e, 0x0f, 0x0b, 0x0c]

export class PlainScan {
  /** Colour sequences since the last reset, before the piece at hand. */
  #colours = ''
  /** Those of the piece at hand, as begin and end; made text only when they outlive it. */
  #ranges: number[] = []
  readonly #modes = new Map<string, boolean>()
  #keypad = ''

  /** A second scanner that starts where this one is. */
  clone(): PlainScan {
    const copy = new PlainScan()
    copy.#colours = this.#colours
    copy.#keypad = this.#keypad
    for (const [mode, on] of this.#modes) copy.#modes.set(mode, on)
    return copy
  }

  /** What must be sent before output from here on. */
  prefix(): string {
    const modes = [...this.#modes].map(([mode, on]) => `\u001b[?${mode}${on ? 'h' : 'l'}`)
    return modes.join('') + this.#keypad + this.#colours
  }

  /** Goes over a piece that starts and ends at safe cuts (safeCut); false at the first thing that draws. */
  scan(bytes: Uint8Array): boolean {
    for (const control of drawingControls) if (bytes.includes(control)) return false
    this.#ranges = []
    let at = bytes.indexOf(esc)
    while (at !== -1) {
      const end = this.#sequence(bytes, at)
      if (end === -1) return false
      at = bytes.indexOf(esc, end)
    }
    for (let i = 0; i < this.#ranges.length; i += 2) {
      this.#colours += latin1(bytes, this.#ranges[i] ?? 0, this.#ranges[i + 1] ?? 0)
    }
    return this.#colours.length <= maxColours
  }

  /** Index after the sequence at `at`, or -1 when it draws. */
  #sequence(bytes: Uint8Array, at: number): number {
    const kind = bytes[at + 1]
    if (kind === 0x5b) return this.#csi(bytes, at)
    if (kind === 0x5d) return stringEnd(bytes, at)
    if (kind === 0x3d || kind === 0x3e) {
      this.#keypad = kind === 0x3d ? '\u001b=' : '\u001b>'
      return at + 2
    }
    // ESC ( B: the usual character set again, which `tput sgr0` sends.
    return kind === 0x28 && bytes[at + 2] === 0x42 ? at + 3 : -1
  }

  #csi(bytes: Uint8Array, at: number): number {
    let end = at + 2
    while (end < bytes.length && (bytes[end] ?? 0) < 0x40) end++
    if (bytes[end] === 0x6d) return this.#colour(bytes, at, end) ? end + 1 : -1
    const parameters = latin1(bytes, at + 2, end)
    const final = String.fromCharCode(bytes[end] ?? 0)
    if (final === 'K' || final === 'n' || final === 'c') return end + 1
    if ((final === 'h' || final === 'l') && parameters.startsWith('?')) {
      const modes = parameters.slice(1).split(';')
      if (!modes.every((mode) => harmlessModes.has(mode))) return -1
      for (const mode of modes) this.#modes.set(mode, final === 'h')
      return end + 1
    }
    return -1
  }

  /** `ESC [ … m` from `at` to `end`. Nothing, or a zero first, sets all colours back; `>` and `?` mean something else. */
  #colour(bytes: Uint8Array, at: number, end: number): boolean {
    let first = at + 2
    while (bytes[first] === 0x30) first++
    const next = bytes[first]
    if (next === 0x3e || next === 0x3f) return false
    const isReset = first === end || (next === 0x3b && first > at + 2)
    if (isReset) {
      this.#colours = ''
      this.#ranges.length = 0
    }
    if (first !== end) this.#ranges.push(at, end + 1)
    return this.#ranges.length <= maxColours
  }
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1')
}

/** Index after the BEL or ST of an OSC. */
function stringEnd(bytes: Uint8Array, at: number): number {
  for (let i = at + 2; i < bytes.length; i++) {
    if (bytes[i] === 7) return i + 1
    if (bytes[i] === esc) return bytes[i + 1] === 0x5c ? i + 2 : i
  }
  return bytes.length
}
