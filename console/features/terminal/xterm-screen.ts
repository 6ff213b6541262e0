/** xterm.js as this console uses it: options, addons and guards against what a program may try. */
import { FitAddon } from '@xterm/addon-fit'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { type ITheme, Terminal } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'
import { Finder } from './finder.ts'
import { clipboardText, linkWords, safeLink } from './screen-text.ts'
import type { Found } from './terminal-signs.ts'
import { guardXterm } from './xterm-guard.ts'

/** Lines kept above the screen in this browser. */
const scrollback = 5_000

export interface XtermScreen {
  readonly terminal: Terminal
  readonly finder: Finder
  /** Letters of another size, in pixels; the text in a list for screen readers, or not. */
  readonly dress: (fontSize: number, screenReader: boolean) => void
  /** Columns and rows that fit the host element; undefined while it has no size. */
  readonly room: () => { readonly cols: number; readonly rows: number } | undefined
  /** Sized for another window: letters shrink until that window's screen fits this one. */
  readonly letterbox: (on: boolean) => void
  /** Draws with WebGL while shown; falls back to the DOM where that fails or the context is lost. */
  readonly accelerate: (on: boolean) => Promise<void>
  readonly dispose: () => void
}

export interface XtermWishes {
  readonly theme: ITheme
  readonly font: string
  readonly fontSize: number
  readonly screenReader: boolean
  /** A program asks to put text on the clipboard. */
  readonly onClipboard: (text: string) => void
  /** Where the search stands; also when output changes it. */
  readonly onFound: (found: Found) => void
  /** What the link under the pointer does; empty when there is none. */
  readonly onLink: (words: string) => void
}

/** Smaller letters nobody reads. */
const smallest = 6

export function openXterm(host: HTMLElement, wishes: XtermWishes): XtermScreen {
  const { theme, font, screenReader, onClipboard, onFound, onLink } = wishes
  let { fontSize } = wishes
  const terminal = new Terminal({
    allowProposedApi: true,
    cursorBlink: false,
    customGlyphs: true,
    fontFamily: font,
    fontSize,
    lineHeight: 1.1,
    linkHandler: {
      activate: (_event, address) => openLink(address),
      hover: (_event, address) => onLink(linkWords(address)),
      leave: () => onLink(''),
      // Others are shown for what they are, and not opened.
      allowNonHttpProtocols: true,
    },
    // Bytes that make no sense are the program's affair; a line in the browser's console for each costs seconds per MB.
    logLevel: 'off',
    macOptionIsMeta: true,
    minimumContrastRatio: 4.5,
    rightClickSelectsWord: false,
    screenReaderMode: screenReader,
    scrollback,
    theme,
  })
  guardXterm(terminal)
  const fit = new FitAddon()
  terminal.loadAddon(fit)
  terminal.loadAddon(new Unicode11Addon())
  terminal.loadAddon(
    new WebLinksAddon((_event, address) => openLink(address), {
      hover: (_event, address) => onLink(linkWords(address)),
      leave: () => onLink(''),
    }),
  )
  terminal.unicode.activeVersion = '11'
  // OSC 52 may write the clipboard and never read it; handled here, so that xterm.js never answers.
  terminal.parser.registerOscHandler(52, (data) => {
    const text = clipboardText(data)
    if (text !== undefined) onClipboard(text)
    return true
  })
  terminal.open(host)

  const finder = new Finder(terminal, onFound)
  /** The addon gives numbers that are none for a host that is not shown. */
  const fitting = () => {
    const fits = fit.proposeDimensions()
    return fits && Number.isFinite(fits.cols) && Number.isFinite(fits.rows) ? fits : undefined
  }
  let renderer: { dispose: () => void } | undefined
  let wanted = false
  return {
    terminal,
    finder,
    dress(size, withReader) {
      fontSize = size
      terminal.options.fontSize = size
      terminal.options.screenReaderMode = withReader
    },
    room() {
      const fits = fitting()
      const zoom = (terminal.options.fontSize ?? fontSize) / fontSize
      return fits && { cols: Math.floor(fits.cols * zoom), rows: Math.floor(fits.rows * zoom) }
    },
    letterbox(on) {
      const fits = fitting()
      const size = terminal.options.fontSize ?? fontSize
      if (!on) terminal.options.fontSize = fontSize
      else if (fits) {
        const zoom = Math.min(fits.cols / terminal.cols, fits.rows / terminal.rows)
        terminal.options.fontSize = Math.max(smallest, Math.min(fontSize, Math.floor(size * zoom * 2) / 2))
      }
    },
    async accelerate(on) {
      wanted = on
      if (!on) {
        renderer?.dispose()
        renderer = undefined
      } else if (!renderer) {
        const { WebglAddon } = await import('@xterm/addon-webgl')
        if (!wanted || renderer) return
        renderer = withWebgl(terminal, new WebglAddon(), () => {
          renderer = undefined
        })
      }
    },
    dispose() {
      wanted = false
      terminal.dispose()
    },
  }
}

function withWebgl(terminal: Terminal, addon: import('@xterm/addon-webgl').WebglAddon, lost: () => void) {
  try {
    addon.onContextLoss(() => {
      addon.dispose()
      lost()
    })
    terminal.loadAddon(addon)
    return addon
  } catch {
    // No WebGL 2 here: xterm.js goes on with its DOM renderer.
    addon.dispose()
    return undefined
  }
}

function openLink(address: string): void {
  const url = safeLink(address)
  if (url !== undefined) window.open(url, '_blank', 'noopener,noreferrer')
}
