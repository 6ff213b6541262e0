/** Finding text in what a terminal shows. Its code is fetched when first asked for. */
import type { ISearchOptions, SearchAddon } from '@xterm/addon-search'
import type { IMarker, ITheme, Terminal } from '@xterm/xterm'
import type { Found } from './terminal-signs.ts'

export class Finder {
  readonly #terminal: Terminal
  readonly #onFound: (found: Found) => void
  #addon: Promise<SearchAddon> | undefined
  /** What was asked for while the code was on its way is done only if nothing came after it. */
  #asked = 0
  #present: { readonly line: IMarker; readonly column: number; readonly length: number } | undefined

  constructor(terminal: Terminal, onFound: (found: Found) => void) {
    this.#terminal = terminal
    this.#onFound = onFound
    // xterm.js forgets what is selected when its height changes, a moment after it says so; the addon goes on from there.
    terminal.onResize(() => queueMicrotask(() => this.#selectAgain()))
    // Lines of another screen, or of one that was reset, are not those.
    terminal.buffer.onBufferChange(() => this.#forget())
  }

  /** Shows the next match, or the one before. */
  async find(text: string, back: boolean): Promise<void> {
    this.#addon ??= this.#load()
    this.#asked += 1
    const asked = this.#asked
    const addon = await this.#addon
    if (asked !== this.#asked) return
    const options = { decorations: findColours(this.#terminal.options.theme) }
    if (back) addon.findPrevious(text, options)
    else addon.findNext(text, { ...options, incremental: true })
  }

  clear(): void {
    this.#asked += 1
    this.#forget()
    void this.#addon?.then((addon) => addon.clearDecorations())
    this.#terminal.clearSelection()
  }

  async #load(): Promise<SearchAddon> {
    const { SearchAddon } = await import('@xterm/addon-search')
    const addon = new SearchAddon()
    this.#terminal.loadAddon(addon)
    addon.onDidChangeResults(({ resultIndex, resultCount }) => {
      this.#remember()
      this.#onFound({ at: resultIndex + 1, count: resultCount })
    })
    return addon
  }

  #remember(): void {
    this.#forget()
    const selected = this.#terminal.getSelectionPosition()
    if (!selected) return
    const { baseY, cursorY } = this.#terminal.buffer.active
    const { start, end } = selected
    const line = this.#terminal.registerMarker(start.y - baseY - cursorY)
    const length = (end.y - start.y) * this.#terminal.cols + end.x - start.x
    if (line) this.#present = { line, column: start.x, length }
  }

  #forget(): void {
    this.#present?.line.dispose()
    this.#present = undefined
  }

  #selectAgain(): void {
    if (!this.#present || this.#present.line.isDisposed || this.#terminal.hasSelection()) return
    const { line, column, length } = this.#present
    this.#terminal.select(column, line.line, length)
  }
}

/** Every match is underlaid, the present one more strongly; `#rrggbb` as the addon wants it. */
function findColours(theme: ITheme | undefined): NonNullable<ISearchOptions['decorations']> {
  const colour = (value: string | undefined, other: string) =>
    /^#[0-9a-f]{6}$/i.test(value ?? '') ? String(value) : other
  const present = colour(theme?.yellow, '#b58900')
  const other = colour(theme?.brightBlack, '#586e75')
  return {
    matchBackground: other,
    matchOverviewRuler: other,
    activeMatchBackground: present,
    activeMatchColorOverviewRuler: present,
  }
}
