/** A line being edited, behind its prompt: what keys do to it in every line editor. Pure. */
import type { TypedKey } from './typed-keys.ts'

/** One character per cell; the cursor may stand behind the last. */
export interface EditLine {
  readonly cells: readonly string[]
  readonly cursor: number
}

/** The line after a key; undefined when it cannot be foretold: over an edge, or a key that programs disagree about. */
export function afterKey({ cells, cursor }: EditLine, key: TypedKey, room: number): EditLine | undefined {
  switch (key.kind) {
    case 'text':
      if (cells.length >= room) return undefined
      return { cells: [...cells.slice(0, cursor), key.char, ...cells.slice(cursor)], cursor: cursor + 1 }
    case 'backspace':
      if (cursor === 0 || isWide(cells, cursor - 1)) return undefined
      return { cells: [...cells.slice(0, cursor - 1), ...cells.slice(cursor)], cursor: cursor - 1 }
    case 'left':
      return cursor === 0 || isWide(cells, cursor - 1) ? undefined : { cells, cursor: cursor - 1 }
    case 'right':
      return cursor >= cells.length || isWide(cells, cursor + 1) ? undefined : { cells, cursor: cursor + 1 }
    default:
      return undefined
  }
}

/** The second half of a wide character is an empty cell. */
function isWide(cells: readonly string[], at: number): boolean {
  return cells[at] === ''
}
