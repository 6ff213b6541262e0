/** Aligned columns of text. Pure. */

/** Cells that a text takes on the screen, without colour codes. Our texts have no wide characters. */
export function cells(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with ESC
  return [...text.replace(/\u001B\[\d+m/g, '')].length
}

export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - cells(text)))
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - cells(text))) + text
}

/** Rows with every column as wide as its widest cell plus `gap`; the last column stays as it is. Columns named in `right` align right. */
export function alignRows(
  rows: readonly (readonly string[])[],
  { indent = '', gap = 3, right = [] }: { indent?: string; gap?: number; right?: readonly number[] } = {},
): readonly string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cells(cell))
  }
  return rows.map((row) => {
    const line = row.map((cell, at) => {
      const width = widths[at] ?? 0
      const text = right.includes(at) ? padStart(cell, width) : at === row.length - 1 ? cell : pad(cell, width)
      return at === row.length - 1 ? text : text + ' '.repeat(gap)
    })
    return `${indent}${line.join('')}`.trimEnd()
  })
}

/** `1 problem`, `3 problems`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? noun : plural}`
}
