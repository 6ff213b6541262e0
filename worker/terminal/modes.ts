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
/** The first of two bytes of a control character beyond ASCII. */
const longControl = 0xc2

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
    if (hasLongControl(bytes)) return false
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

  /** As scan, for a piece that is known to hold text and colours only. */
  scanColours(bytes: Uint8Array): boolean {
    const found: string[] = []
    for (let end = bytes.length; found.length <= maxColours / 2; ) {
      const at = end === 0 ? -1 : bytes.lastIndexOf(esc, end - 1)
      if (at === -1) {
        this.#colours += found.reverse().join('')
        return this.#colours.length <= maxColours
      }
      const last = sequenceEnd(bytes, at)
      if (bytes[last] === 0x6d) {
        const kind = colourKind(bytes, at, last)
        if (kind !== 'reset') found.push(latin1(bytes, at, last + 1))
        if (kind !== 'more') {
          this.#colours = found.reverse().join('')
          return this.#colours.length <= maxColours
        }
      }
      end = at
    }
    return false
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
    const end = sequenceEnd(bytes, at)
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

  /** `ESC [ … m` from `at` to `end`. */
  #colour(bytes: Uint8Array, at: number, end: number): boolean {
    const kind = colourKind(bytes, at, end)
    if (kind === undefined) return false
    if (kind !== 'more') {
      this.#colours = ''
      this.#ranges.length = 0
    }
    if (kind !== 'reset') this.#ranges.push(at, end + 1)
    return this.#ranges.length <= maxColours
  }
}

/** Is there one of U+0080 to U+009F, which do what ESC and a letter do? Nobody prints them but to draw. */
function hasLongControl(bytes: Uint8Array): boolean {
  let at = bytes.indexOf(longControl)
  while (at !== -1 && ((bytes[at + 1] ?? 0) & 0xe0) !== 0x80) at = bytes.indexOf(longControl, at + 1)
  return at !== -1
}

/** Index of the last byte of the control sequence at `at`. */
function sequenceEnd(bytes: Uint8Array, at: number): number {
  let end = at + 2
  while (end < bytes.length && (bytes[end] ?? 0) < 0x40) end++
  return end
}

/**
 * Of `ESC [ … m`: nothing, or a zero first, sets all colours back (`reset`, with others behind it `anew`). `>` and `?`
 * mean something else: undefined.
 */
function colourKind(bytes: Uint8Array, at: number, end: number): 'reset' | 'anew' | 'more' | undefined {
  let first = at + 2
  while (bytes[first] === 0x30) first++
  const next = bytes[first]
  if (next === 0x3e || next === 0x3f) return undefined
  if (first === end) return 'reset'
  return next === 0x3b && first > at + 2 ? 'anew' : 'more'
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
