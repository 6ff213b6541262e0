/**
 * A fast lane through the headless xterm of a screen model, for what most output is made of: characters of one column,
 * ends of lines, control sequences with plain numbers, and erasing. All else, and what control sequences mean, is left
 * to xterm's own code, so that the screen is the same to the last bit (fast-lane.test.ts compares them).
 */
import { Eraser, type Singles, singleProperties, singles, widthAt, writeCells } from './cells.ts'
import { replaceStyles } from './fast-style.ts'
import type { CsiHandlers, EscHandlers, XtermInputHandler } from './xterm-insides.ts'

/** The parser's state between sequences. */
const ground = 0
const esc = 0x1b
const question = 0x3f
const bracket = 0x28
/** Says in a background word that underline style or link are kept beside the cell. */
const extended = 0x1000_0000
/** Colour and its mode; the bits above are styles, which erased cells have none of. */
const colour = 0x03ff_ffff

/** The same for all terminals: each has the same version of Unicode. */
let known: Singles | undefined

export class FastLane {
  readonly #handler: XtermInputHandler
  readonly #known: Singles
  /** xterm's own tables, which are dictionaries, as arrays: by control character, and by a sequence's final byte. */
  readonly #controls: readonly ((() => boolean) | undefined)[]
  readonly #sequences: readonly CsiHandlers[]
  readonly #privateSequences: readonly CsiHandlers[]
  /** Those of ESC and one byte, and of `ESC (`, which curses programs print with each end of a style. */
  readonly #escapes: readonly EscHandlers[]
  readonly #charsets: readonly EscHandlers[]

  /** The terminal must have no asynchronous sequence handlers. */
  constructor(handler: XtermInputHandler) {
    known ??= singles((code, preceding) => handler._unicodeService.charProperties(code, preceding))
    this.#known = known
    this.#handler = handler
    const { _csiHandlers, _escHandlers, _executeHandlers } = handler._parser
    this.#escapes = Array.from({ length: 0x7f }, (_, code) => _escHandlers[code])
    this.#charsets = Array.from({ length: 0x7f }, (_, code) => _escHandlers[(bracket << 8) | code])
    this.#controls = Array.from({ length: 14 }, (_, code) => (code < 8 ? undefined : _executeHandlers[code]))
    this.#sequences = Array.from({ length: 0x7f }, (_, code) => _csiHandlers[code])
    this.#privateSequences = Array.from({ length: 0x7f }, (_, code) => _csiHandlers[(question << 8) | code])
    replaceErase(handler)
    replaceStyles(handler)
  }

  /** Parses all of it at once. */
  parse(bytes: Uint8Array): void {
    const { _parser: parser, _utf8Decoder: decoder } = this.#handler
    let at = 0
    while (at < bytes.length) {
      let next = at
      if (parser.currentState === ground && decoder.interim[0] === 0) {
        const byte = bytes[at] as number
        if (byte >= 0x20) next = this.#print(bytes, at)
        else if (byte === esc) next = this.#sequence(bytes, at)
        else {
          const control = this.#controls[byte]
          if (control !== undefined) {
            control()
            parser.precedingJoinState = 0
            next = at + 1
          }
        }
      }
      at = next === at ? this.#slowly(bytes, at, bytes.indexOf(esc, at + 1)) : next
    }
  }

  /** Leaves bytes up to `to` to xterm; -1 is the end. */
  #slowly(bytes: Uint8Array, at: number, to: number): number {
    const end = to === -1 ? bytes.length : to
    try {
      this.#handler.parse(bytes.subarray(at, end))
    } catch {
      // As in #carryOut. What was left of this piece is lost.
      this.#handler._parser.reset()
    }
    return end
  }

  /** Gives where it stopped: `at` when this is nothing for the fast lane. */
  #print(bytes: Uint8Array, at: number): number {
    const {
      _activeBuffer: buffer,
      _bufferService,
      _charsetService,
      _coreService,
      _curAttrData,
      _parser,
    } = this.#handler
    if (
      _charsetService.charset !== undefined ||
      _coreService.modes.insertMode ||
      // Without wrapping a wide character at the margin is dropped, and what it leaves depends on where a run began.
      !_coreService.decPrivateModes.wraparound ||
      (_curAttrData.bg & extended) !== 0 ||
      _curAttrData.extended.urlId !== 0
    )
      return at
    const line = buffer.lines.get(buffer.ybase + buffer.y)
    if (line === undefined) return at
    const done = writeCells(bytes, at, line._data, buffer.x, _bufferService.cols, _curAttrData, this.#known)
    if (done.at > at) {
      buffer.x = done.x
      _parser.precedingJoinState = singleProperties
      return done.at
    }
    // A resize has put the cursor elsewhere than behind the wide character that the next may join: one run for xterm.
    if (_parser.precedingJoinState >> 1 === 2 && buffer.x > 0 && widthAt(line, buffer.x - 1) !== 0) return at
    // One that wraps, is wide or joins others; and those after it that may be.
    let next = at + 1
    while ((bytes[next] as number) >= 0x80) next++
    return this.#slowly(bytes, at, next)
  }

  /** Carries out `CSI [?] number ; … final`; gives its end, or `at` when it is another or unfinished. */
  #sequence(bytes: Uint8Array, at: number): number {
    if (bytes[at + 1] !== 0x5b) return this.#escape(bytes, at)
    const { _parser: parser } = this.#handler
    const { _params: params } = parser
    const isPrivate = bytes[at + 2] === question
    params.reset()
    let value = 0
    for (let i = at + (isPrivate ? 3 : 2); i < bytes.length; i++) {
      const byte = bytes[i] as number
      if (byte >= 0x30 && byte <= 0x39) value = value * 10 + byte - 0x30
      else if (byte === 0x3b) {
        params.addParam(value)
        value = 0
      } else {
        const handlers = byte < 0x40 ? undefined : (isPrivate ? this.#privateSequences : this.#sequences)[byte]
        if (handlers === undefined) return at
        params.addParam(value)
        this.#carryOut(handlers)
        return i + 1
      }
    }
    return at
  }

  /** Carries out ESC and one byte, or `ESC (` and one; gives its end, or `at` when it is another or unfinished. */
  #escape(bytes: Uint8Array, at: number): number {
    const isCharset = bytes[at + 1] === bracket
    const end = at + (isCharset ? 3 : 2)
    const handlers = (isCharset ? this.#charsets : this.#escapes)[bytes[end - 1] ?? 0]
    if (handlers === undefined) return at
    this.#carryOut(handlers)
    return end
  }

  /** Asks the last handler first, as xterm does. */
  #carryOut(handlers: NonNullable<CsiHandlers>): void {
    const { _parser: parser } = this.#handler
    try {
      for (let i = handlers.length - 1; i >= 0 && handlers[i]?.(parser._params) !== true; i--);
    } catch {
      // Some trip xterm up at the edge of a fresh screen; one session's output must not end everybody's models.
    }
    parser.precedingJoinState = 0
  }
}

function replaceErase(handler: XtermInputHandler): void {
  const eraser = new Eraser()
  const eraseSlowly = handler._eraseInBufferLine.bind(handler)
  const resetSlowly = handler._resetBufferLine.bind(handler)
  const eraseScreen = handler.eraseInDisplay.bind(handler)
  handler.eraseInDisplay = (params, respectProtect) => {
    try {
      return eraseScreen(params, respectProtect)
    } catch {
      // Up to the last cell, with no line below: that is the whole screen, number 2. The console mends it likewise.
      params.params[0] = 2
      return eraseScreen(params, respectProtect)
    }
  }
  handler._eraseInBufferLine = (y, start, end, clearWrap = false, respectProtect = false) => {
    const line = handler._activeBuffer.lines.get(handler._activeBuffer.ybase + y)
    if (line === undefined || respectProtect) {
      eraseSlowly(y, start, end, clearWrap, respectProtect)
      return
    }
    eraser.erase(line._data, line.length, start, end, handler._curAttrData.bg & colour)
    if (clearWrap) line.isWrapped = false
  }
  handler._resetBufferLine = (y, respectProtect = false) => {
    const row = handler._activeBuffer.ybase + y
    const line = handler._activeBuffer.lines.get(row)
    if (line === undefined || respectProtect) {
      resetSlowly(y, respectProtect)
      return
    }
    line._combined = {}
    line._extendedAttrs = {}
    eraser.erase(line._data, line.length, 0, line.length, handler._curAttrData.bg & colour)
    handler._activeBuffer.clearMarkers(row)
    line.isWrapped = false
  }
}
