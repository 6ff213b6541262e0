/**
 * A terminal's screen kept in memory, so that a viewer can be given it as it is. Runs in the screen thread. The
 * serialize addon leaves out or breaks some things (facts: 16 of 16 cuts wrong for vim, tmux and agents); the repairs
 * here read them from xterm's internals, whose version is pinned and whose answers the replay tests check.
 */
import { WholeCharacters } from '@workshop/contracts/whole-characters'
import { SerializeAddon } from '@xterm/addon-serialize'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import headless from '@xterm/headless'
import { boldAfterDim, type CellStyle, sgrOf } from './cell-style.ts'
import { FastLane } from './fast-lane.ts'
import { isKnown } from './xterm-insides.ts'

/** Lines above the screen: enough to see what happened, small enough for fifty sessions. */
const scrollbackLines = 300

/** Begins bold and ends something in one sequence. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins what is looked for.
const sgr = /\u001b\[([\d;]*\b1;[\d;]*)m/g

/** What we read of xterm's internals. */
interface Buffer {
  readonly x: number
  readonly y: number
  readonly ybase: number
  readonly savedX: number
  readonly savedY: number
  readonly scrollTop: number
  readonly scrollBottom: number
  readonly lines: { readonly get: (y: number) => Line | undefined }
}
interface Line {
  length: number
  readonly getWidth: (x: number) => number
}
interface Internals {
  readonly coreService: {
    readonly isCursorHidden: boolean
    readonly decPrivateModes: {
      readonly cursorBlink: boolean | undefined
      readonly cursorStyle: 'block' | 'underline' | 'bar' | undefined
      readonly origin: boolean
      readonly synchronizedOutput: boolean
    }
  }
  readonly coreMouseService: { readonly activeEncoding: string }
  readonly _charsetService: { readonly glevel: number; readonly _charsets: (Record<string, string> | undefined)[] }
  readonly _bufferService: {
    readonly buffers: { readonly normal: Buffer; readonly alt: Buffer; readonly active: Buffer }
  }
  readonly _inputHandler: { readonly _curAttrData: CellStyle }
}

export class Screen {
  readonly #terminal: InstanceType<typeof headless.Terminal>
  readonly #addon = new SerializeAddon()
  readonly #whole = new WholeCharacters()
  readonly #core: Internals
  readonly #lane: FastLane | undefined
  #title = ''

  constructor(cols: number, rows: number) {
    // Else each byte that makes no sense would be a line in the worker's log.
    const quiet = { allowProposedApi: true, logLevel: 'off' } as const
    this.#terminal = new headless.Terminal({ cols, rows, scrollback: scrollbackLines, ...quiet })
    this.#terminal.loadAddon(this.#addon)
    // As in the browser, or each emoji would take another number of columns there.
    this.#terminal.loadAddon(new Unicode11Addon())
    this.#terminal.unicode.activeVersion = '11'
    this.#terminal.onTitleChange((title) => {
      this.#title = title.slice(0, 256)
    })
    this.#core = (this.#terminal as unknown as { _core: Internals })._core
    const handler: unknown = this.#core._inputHandler
    if (isKnown(handler)) this.#lane = new FastLane(handler)
  }

  /** Parses now or later, in order; `parsed` comes then. */
  write(bytes: Uint8Array, parsed: () => void): void {
    const whole = this.#whole.take(bytes)
    if (this.#lane === undefined) {
      this.#terminal.write(whole, parsed)
      return
    }
    this.#lane.parse(whole)
    parsed()
  }

  resize(cols: number, rows: number): void {
    this.#terminal.resize(cols, rows)
  }

  close(): void {
    this.#terminal.dispose()
  }

  /** Row and column from 1, as a terminal reports them. */
  cursor(): string {
    const { x, y } = this.#core._bufferService.buffers.active
    return `${y + 1};${Math.min(x + 1, this.#terminal.cols)}`
  }

  /** What makes an empty terminal of the same size look and behave like this one. Call it when all is parsed. */
  snapshot(): string {
    const { normal, active } = this.#core._bufferService.buffers
    const [main = '', alternate] = split(this.#serialized())
    const parts = [main]
    if (alternate !== undefined) {
      // The switch keeps the cursor for the way back, and clears in the colour of the moment.
      parts.push(region(normal, this.#terminal.rows), moveTo(normal.savedY - normal.ybase, normal.savedX))
      parts.push('\u001b[m\u001b[?1049h\u001b[H', alternate)
    }
    parts.push(this.#modes(), region(active, this.#terminal.rows))
    parts.push(moveTo(active.savedY - active.ybase, active.savedX), '\u001b7')
    if (this.#core.coreService.decPrivateModes.origin) parts.push('\u001b[?6h')
    parts.push(this.#cursor(active), sgrOf(this.#core._inputHandler._curAttrData), this.#charsets())
    if (this.#title !== '') parts.push(`\u001b]2;${this.#title}\u0007`)
    if (this.#core.coreService.decPrivateModes.synchronizedOutput) parts.push('\u001b[?2026h')
    return parts.join('')
  }

  /** The addon's text. It takes in what a narrower size has hidden on the alternate screen, hence the shorter lines. */
  #serialized(): string {
    const { cols, rows } = this.#terminal
    const { alt } = this.#core._bufferService.buffers
    const hidden: (() => void)[] = []
    for (let y = 0; y < rows; y++) {
      const line = alt.lines.get(alt.ybase + y)
      if (line === undefined || line.length <= cols) continue
      const { length } = line
      // Half a wide character has no place of its own.
      line.length = line.getWidth(cols - 1) === 2 ? cols - 1 : cols
      hidden.push(() => {
        line.length = length
      })
    }
    const text = this.#addon.serialize({ scrollback: scrollbackLines, excludeModes: true })
    for (const restore of hidden) restore()
    return text.replace(sgr, (_all, codes: string) => `\u001b[${boldAfterDim(codes)}m`)
  }

  #modes(): string {
    const { modes } = this.#terminal
    const { coreService, coreMouseService } = this.#core
    const { cursorStyle, cursorBlink } = coreService.decPrivateModes
    const mouse = { none: '', x10: '9', vt200: '1000', drag: '1002', any: '1003' }[modes.mouseTrackingMode]
    const encoding = new Map([
      ['SGR', '1006'],
      ['SGR_PIXELS', '1016'],
    ]).get(coreMouseService.activeEncoding)
    const on = [
      [modes.applicationCursorKeysMode, '?1h'],
      [modes.applicationKeypadMode, '?66h'],
      [modes.bracketedPasteMode, '?2004h'],
      [modes.insertMode, '4h'],
      [modes.reverseWraparoundMode, '?45h'],
      [modes.sendFocusMode, '?1004h'],
      [!modes.wraparoundMode, '?7l'],
      [mouse !== '', `?${mouse}h`],
      [encoding !== undefined, `?${encoding}h`],
      [coreService.isCursorHidden, '?25l'],
      [cursorStyle !== undefined, `${cursorShape(cursorStyle, cursorBlink)} q`],
    ] as const
    return on.map(([is, sequence]) => (is ? `\u001b[${sequence}` : '')).join('')
  }

  /** The cursor's true place, which the addon misses by one after a full row. */
  #cursor(buffer: Buffer): string {
    const { cols } = this.#terminal
    const top = this.#core.coreService.decPrivateModes.origin ? buffer.scrollTop : 0
    if (buffer.x < cols) return moveTo(buffer.y - top, buffer.x)
    // Behind the last column, about to wrap: only writing that column again gets there.
    const line = this.#terminal.buffer.active.getLine(buffer.ybase + buffer.y)
    const wide = line?.getCell(cols - 1)?.getWidth() === 0
    const cell = line?.getCell(cols - (wide ? 2 : 1))
    if (cell === undefined) return moveTo(buffer.y - top, cols - 1)
    const style = sgrOf(cell as unknown as CellStyle)
    return moveTo(buffer.y - top, cols - (wide ? 2 : 1)) + style + (cell.getChars() || ' ')
  }

  /** Line drawing, which curses programs switch on and off. */
  #charsets(): string {
    const { _charsets, glevel } = this.#core._charsetService
    const designate = ['(', ')', '*', '+'].map((slot, i) => (_charsets[i]?.['q'] === '─' ? `\u001b${slot}0` : ''))
    return designate.join('') + (glevel === 1 ? '\u000e' : '')
  }
}

/** The addon's text of the normal and, when it is on, the alternate screen. */
function split(text: string): string[] {
  return text.split('\u001b[?1049h\u001b[H')
}

function moveTo(y: number, x: number): string {
  return `\u001b[${Math.max(0, y) + 1};${x + 1}H`
}

function region({ scrollTop, scrollBottom }: Buffer, rows: number): string {
  return scrollTop === 0 && scrollBottom === rows - 1 ? '' : `\u001b[${scrollTop + 1};${scrollBottom + 1}r`
}

/** DECSCUSR: 1 blinking block … 6 steady bar. */
function cursorShape(style: 'block' | 'underline' | 'bar' | undefined, blink: boolean | undefined): number {
  const shape = style === 'bar' ? 5 : style === 'underline' ? 3 : 1
  return blink ? shape : shape + 1
}
