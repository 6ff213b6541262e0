/** What a person and a program can tell of a terminal: for comparing a replayed screen with one that never left. */
import { WholeCharacters } from '@workshop/contracts/whole-characters'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import headless from '@xterm/headless'
import { type CellStyle, sgrOf } from './cell-style.ts'
import type { ByteRing } from './ring.ts'
import type { SizeMark } from './size-marks.ts'

export type HeadlessTerminal = InstanceType<typeof headless.Terminal>

/** A terminal as the browser has it, without its looks. */
export function openTerminal(cols: number, rows: number): HeadlessTerminal {
  const terminal = new headless.Terminal({ cols, rows, scrollback: 1_000, allowProposedApi: true, logLevel: 'off' })
  terminal.loadAddon(new Unicode11Addon())
  terminal.unicode.activeVersion = '11'
  return terminal
}

const whole = new WeakMap<HeadlessTerminal, WholeCharacters>()

/** Writes, as the browser's feed does it, and waits until it is parsed. */
export function parse(terminal: HeadlessTerminal, bytes: Uint8Array): Promise<void> {
  const characters = whole.get(terminal) ?? new WholeCharacters()
  whole.set(terminal, characters)
  return new Promise((resolve) => terminal.write(characters.take(bytes), resolve))
}

/** Characters, styles, cursor, active screen and modes. */
export function screenState(terminal: HeadlessTerminal): Record<string, unknown> {
  const { active } = terminal.buffer
  const cell = active.getNullCell()
  const rows: string[] = []
  const styles: string[] = []
  for (let y = 0; y < terminal.rows; y++) {
    const line = active.getLine(active.baseY + y)
    // A line may be longer: what a narrower size has hidden. Then what was never written shows as blanks.
    rows.push((line?.translateToString(true, 0, terminal.cols) ?? '').trimEnd())
    let style = ''
    for (let x = 0; x < terminal.cols; x++) {
      line?.getCell(x, cell)
      style += cell.isAttributeDefault() ? '|' : `${sgrOf(cell as unknown as CellStyle)}|`
    }
    styles.push(style)
  }
  const core = (terminal as unknown as { _core: never })._core as {
    coreService: { isCursorHidden: boolean; decPrivateModes: { cursorStyle?: string; synchronizedOutput: boolean } }
    coreMouseService: { activeEncoding: string }
    _charsetService: { glevel: number }
    _bufferService: { buffers: { active: { scrollTop: number; scrollBottom: number } } }
  }
  const { scrollTop, scrollBottom } = core._bufferService.buffers.active
  return {
    rows,
    styles,
    cursor: [active.cursorX, active.cursorY, core.coreService.isCursorHidden],
    cursorStyle: core.coreService.decPrivateModes.cursorStyle ?? '',
    screen: active.type,
    modes: terminal.modes,
    mouse: core.coreMouseService.activeEncoding,
    charset: core._charsetService.glevel,
    region: [scrollTop, scrollBottom],
  }
}

/** Parses what the ring holds from `from` to `to`, each byte at the size that it was printed for. */
export async function follow(
  terminal: HeadlessTerminal,
  ring: ByteRing,
  sizes: readonly SizeMark[],
  from: number,
  to: number = ring.end,
): Promise<void> {
  let at = from
  for (const { offset, size } of sizes) {
    if (offset > to) break
    await parse(terminal, ring.read(at, Math.max(at, offset)))
    terminal.resize(size.cols, size.rows)
    at = Math.max(at, offset)
  }
  await parse(terminal, ring.read(at, to))
}

/** The characters of the screen, a line each. */
export function screenText(terminal: HeadlessTerminal): string {
  const { active } = terminal.buffer
  const lines = Array.from({ length: terminal.rows }, (_, y) =>
    active.getLine(active.baseY + y)?.translateToString(true),
  )
  return lines.join('\n')
}
