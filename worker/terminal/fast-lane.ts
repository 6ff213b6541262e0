/**
 * A fast lane through the headless xterm of a screen model, for what most output is made of: characters of one column,
 * ends of lines, control sequences with plain numbers, and erasing. All else, and what control sequences mean, is left
 * to xterm's own code, so that the screen is the same to the last bit (fast-lane.test.ts compares them).
 */
import { mendXterm } from '@workshop/contracts/xterm-mends'
import { measure, type Piece, pieceOf, type Singles, singleProperties, singles, widthAt } from './cells.ts'
import { setStyle } from './fast-style.ts'
import { LateText } from './late-text.ts'
import type { CsiHandlers, EscHandlers, XtermInputHandler } from './xterm-insides.ts'
import { lineAt, replaceErase, replaceScroll } from './xterm-steps.ts'

/** The parser's state between sequences. */
const ground = 0
const esc = 0x1b
const question = 0x3f
const bracket = 0x28
/** Says in a background word that underline style or link are kept beside the cell. */
const extended = 0x1000_0000

const backspace = 8
const newline = 10
const carriageReturn = 13
const styleFinal = 0x6d
/** As xterm: larger ones are this one. */
const mostNumber = 0x7fff_ffff
/** Cursor to somewhere, erasing of lines and of the screen, styles, the scrolling region, saving of the cursor. */
const harmless = Uint8Array.from({ length: 0x7f }, (_, code) =>
  'ABCDEFGH`adefJKmrsu'.includes(String.fromCharCode(code)) ? 1 : 0,
)
/** Modes of keys, cursor, mouse and paste, and synchronized output. */
const harmlessModes: ReadonlySet<number> = new Set([1, 12, 25, 1000, 1002, 1003, 1004, 1006, 2004, 2026])
/** Saving of the cursor, and the keypad. */
const harmlessEscapes: readonly number[] = [0x37, 0x38, 0x3d, 0x3e]

/** The same for all terminals: each has the same version of Unicode. */
let known: Singles | undefined

export class FastLane {
  readonly #handler: XtermInputHandler
  readonly #known: Singles
  readonly #numbers = new Int32Array(32)
  readonly #late = new LateText()
  /** xterm's parser is between sequences and characters. */
  #isGround = true
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
    mendXterm(handler)
    replaceErase(handler, this.#late)
    replaceScroll(handler, this.#late)
  }

  /** Parses all of it at once. */
  parse(bytes: Uint8Array): void {
    const { _parser: parser, _bufferService } = this.#handler
    this.#late.begin(bytes, _bufferService.cols)
    const piece = pieceOf(bytes)
    let at = 0
    while (at < bytes.length) {
      let next = at
      if (this.#isGround) {
        const byte = bytes[at] as number
        if (byte >= 0x20) next = this.#print(piece, at)
        else if (byte === esc) next = this.#sequence(bytes, at)
        else if (byte === newline && this.#lineFeed()) next = at + 1
        else if (byte === carriageReturn) {
          this.#handler._activeBuffer.x = 0
          parser.precedingJoinState = 0
          next = at + 1
        } else {
          const control = this.#controls[byte]
          if (control !== undefined) {
            if (byte === backspace) this.#late.aside(control)
            else control()
            parser.precedingJoinState = 0
            next = at + 1
          }
        }
      }
      at = next === at ? this.#slowly(bytes, at, bytes.indexOf(esc, at + 1)) : next
    }
    this.#late.storeAll()
  }

  /** To the next line; false where the screen scrolls, at its end, and where a line's end is the next one's start. */
  #lineFeed(): boolean {
    const { _activeBuffer: buffer, _bufferService, _optionsService, _parser } = this.#handler
    if (buffer.y === buffer.scrollBottom || buffer.y >= _bufferService.rows - 1) return false
    if (_optionsService.rawOptions.convertEol) return false
    const line = lineAt(buffer, buffer.y + 1)
    if (line === undefined) return false
    buffer.y++
    line.isWrapped = false
    if (buffer.x >= _bufferService.cols) buffer.x--
    _parser.precedingJoinState = 0
    return true
  }

  /** Leaves bytes up to `to` to xterm; -1 is the end. */
  #slowly(bytes: Uint8Array, at: number, to: number): number {
    const end = to === -1 ? bytes.length : to
    const { _parser: parser, _utf8Decoder: decoder } = this.#handler
    this.#late.aside(() => {
      try {
        this.#handler.parse(bytes.subarray(at, end))
      } catch {
        // As in #carryOut. What was left of this piece is lost.
        parser.reset()
      }
    })
    this.#isGround = parser.currentState === ground && decoder.interim[0] === 0
    return end
  }

  /** Gives where it stopped: `at` when this is nothing for the fast lane. */
  #print(piece: Piece, at: number): number {
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
    const line = lineAt(buffer, buffer.y)
    if (line === undefined) return at
    const { at: end, columns } = measure(piece, at, _bufferService.cols - buffer.x, this.#known)
    if (end > at) {
      this.#late.print(line, at, end, buffer.x, _curAttrData)
      buffer.x += columns
      _parser.precedingJoinState = singleProperties
      return end
    }
    this.#late.store(line)
    // A resize has put the cursor elsewhere than behind the wide character that the next may join: one run for xterm.
    if (_parser.precedingJoinState >> 1 === 2 && buffer.x > 0 && widthAt(line, buffer.x - 1) !== 0) return at
    // One that wraps, is wide or joins others; and those after it that may be.
    let next = at + 1
    while ((piece.bytes[next] as number) >= 0x80) next++
    return this.#slowly(piece.bytes, at, next)
  }

  /** Carries out `CSI [?] number ; … final`; gives its end, or `at` when it is another or unfinished. */
  #sequence(bytes: Uint8Array, at: number): number {
    if (bytes[at + 1] !== 0x5b) return this.#escape(bytes, at)
    const isPrivate = bytes[at + 2] === question
    const numbers = this.#numbers
    let count = 0
    let value = 0
    for (let i = at + (isPrivate ? 3 : 2); i < bytes.length; i++) {
      const byte = bytes[i] as number
      if (byte >= 0x30 && byte <= 0x39) value = Math.min(value * 10 + byte - 0x30, mostNumber)
      else if (byte === 0x3b) {
        numbers[count++] = value
        value = 0
        if (count === numbers.length) return at
      } else if (byte < 0x40) return at
      else {
        numbers[count++] = value
        return this.#carryOutSequence(byte, isPrivate, count) ? i + 1 : at
      }
    }
    return at
  }

  /** Carries out the control sequence of the numbers that were found; false when xterm must read it itself. */
  #carryOutSequence(final: number, isPrivate: boolean, count: number): boolean {
    const { _parser: parser, _curAttrData } = this.#handler
    if (final === styleFinal && !isPrivate && setStyle(_curAttrData, this.#numbers, count)) {
      parser.precedingJoinState = 0
      return true
    }
    const handlers = (isPrivate ? this.#privateSequences : this.#sequences)[final]
    if (handlers === undefined) return false
    const { _params: params } = parser
    params.reset()
    for (let i = 0; i < count; i++) params.addParam(this.#numbers[i] as number)
    if (this.#leavesCells(final, isPrivate)) this.#carryOut(handlers)
    else this.#late.aside(() => this.#carryOut(handlers))
    return true
  }

  /** Carries out ESC and one byte, or `ESC (` and one; gives its end, or `at` when it is another or unfinished. */
  #escape(bytes: Uint8Array, at: number): number {
    const isCharset = bytes[at + 1] === bracket
    const end = at + (isCharset ? 3 : 2)
    const handlers = (isCharset ? this.#charsets : this.#escapes)[bytes[end - 1] ?? 0]
    if (handlers === undefined) return at
    if (isCharset || harmlessEscapes.includes(bytes[at + 1] as number)) this.#carryOut(handlers)
    else this.#late.aside(() => this.#carryOut(handlers))
    return end
  }

  /** Does the sequence at hand neither read nor change a cell, or only in steps that are replaced (xterm-steps.ts)? */
  #leavesCells(final: number, isPrivate: boolean): boolean {
    if (!isPrivate) return harmless[final] === 1
    const { params, length } = this.#handler._parser._params
    return (final === 0x68 || final === 0x6c) && length === 1 && harmlessModes.has(params[0] as number)
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
