/** A terminal's buffer as text, for reading aloud, selecting and searching for words. */
import type { Terminal } from '@xterm/xterm'

/** Lines as they were written, folded ones in one piece; those of the last `most` rows when that is given. */
export function linesOf(terminal: Pick<Terminal, 'buffer'> | undefined, most?: number): string[] {
  const buffer = terminal?.buffer.active
  if (!buffer) return []
  const lines: string[] = []
  for (let at = most === undefined ? 0 : Math.max(0, buffer.length - most); at < buffer.length; at++) {
    const row = buffer.getLine(at)
    const text = row?.translateToString(true) ?? ''
    if (row?.isWrapped && lines.length > 0) lines.push(`${lines.pop()}${text}`)
    else lines.push(text)
  }
  return lines
}
