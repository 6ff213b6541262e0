/** A shell line in three colours: program, quoted text, comment. Enough to read by; not a parser. Pure. */

export interface ShellPiece {
  readonly look: 'k' | 's' | 'c' | undefined
  readonly text: string
}

export function shellPieces(text: string): readonly ShellPiece[] {
  return text.split(/(?<=\n)/).flatMap(linePieces)
}

function linePieces(line: string): readonly ShellPiece[] {
  if (/^\s*#/.test(line)) return [{ look: 'c', text: line }]
  const [, lead = '', program = '', rest = ''] = /^(\s*)(\S+)([\s\S]*)$/.exec(line) ?? []
  if (program === '') return [{ look: undefined, text: line }]
  const pieces = rest
    .split(/("(?:[^"\\]|\\.)*"|'[^']*')/)
    .map((part): ShellPiece => ({ look: /^["']/.test(part) ? 's' : undefined, text: part }))
  return [{ look: undefined, text: lead }, { look: 'k' as const, text: program }, ...pieces].filter(
    (piece) => piece.text !== '',
  )
}
