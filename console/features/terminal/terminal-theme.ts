/** xterm.js's colours, read from the tokens of the page, so that tokens.css stays the only place where a colour is written. */
import type { ITheme } from '@xterm/xterm'

const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const

/** `read` gives the value of one custom property, such as `--term-bg`. */
export function terminalPalette(read: (property: string) => string): ITheme {
  const colour = (name: string) => read(`--term-${name}`).trim()
  const palette: Record<string, string> = {
    background: colour('bg'),
    foreground: colour('fg'),
    cursor: colour('cursor'),
    cursorAccent: colour('bg'),
    selectionBackground: colour('selection'),
  }
  for (const name of names) {
    palette[name] = colour(name)
    palette[`bright${name[0]?.toUpperCase()}${name.slice(1)}`] = colour(`bright-${name}`)
  }
  return palette
}
