/** Paints foretold characters over xterm.js, cell by cell, without touching its buffer or its renderer. */
import type { Terminal } from '@xterm/xterm'
import type { LineLook } from './line-look.ts'
import type { Foretold } from './predictor.ts'

export class PredictionLayer {
  readonly #terminal: Terminal
  readonly #layer = document.createElement('div')
  /** What is painted now, to leave the page alone when nothing changed. */
  #painted = ''

  /** The terminal must be open. */
  constructor(terminal: Terminal) {
    this.#terminal = terminal
    this.#layer.className = 'foretold'
    // The program's own echo is what is read aloud.
    this.#layer.setAttribute('aria-hidden', 'true')
    terminal.element?.querySelector('.xterm-screen')?.append(this.#layer)
  }

  /** Shows what is foretold for the line `look`; undefined shows nothing. */
  paint(look: LineLook, foretold: Foretold | undefined): void {
    const cells = foretold ? [...this.#withoutOldCursor(look, foretold), { at: foretold.cursor, char: undefined }] : []
    const { cols, rows, buffer } = this.#terminal
    const top = look.row - buffer.active.viewportY
    const wanted = JSON.stringify([top, cols, rows, cells])
    if (wanted === this.#painted) return
    this.#painted = wanted
    const screen = this.#layer.parentElement
    if (!screen) return
    const width = screen.clientWidth / cols
    const height = screen.clientHeight / rows
    const spans = cells.map(({ at, char }) => {
      const row = top + Math.floor(at / cols)
      const span = document.createElement('span')
      span.className = char === undefined ? 'foretold-cursor' : ''
      span.textContent = char ?? this.#under(look, foretold, at)
      span.style.transform = `translate(${(at % cols) * width}px, ${row * height}px)`
      span.hidden = row < 0 || row >= rows
      return span
    })
    this.#dress(width, height)
    this.#layer.replaceChildren(...spans)
  }

  dispose(): void {
    this.#layer.remove()
  }

  /** Where the cursor still is, the character alone is painted over it. */
  #withoutOldCursor({ cells, cursor }: LineLook, foretold: Foretold): Foretold['cells'] {
    if (cursor === foretold.cursor || foretold.cells.some(({ at }) => at === cursor)) return foretold.cells
    return [...foretold.cells, { at: cursor, char: cells[cursor] ?? ' ' }]
  }

  #under({ cells }: LineLook, foretold: Foretold | undefined, at: number): string {
    return foretold?.cells.find((cell) => cell.at === at)?.char ?? cells[at] ?? ' '
  }

  #dress(width: number, height: number): void {
    const { fontFamily, fontSize, theme } = this.#terminal.options
    const { style } = this.#layer
    style.font = `${fontSize}px ${fontFamily}`
    style.setProperty('--cell-width', `${width}px`)
    style.setProperty('--cell-height', `${height}px`)
    style.setProperty('--cell-fg', theme?.foreground ?? '')
    style.setProperty('--cell-bg', theme?.background ?? '')
    style.setProperty('--cell-cursor', theme?.cursor ?? '')
  }
}
