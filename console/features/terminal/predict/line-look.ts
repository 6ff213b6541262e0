/** Reads the line that the cursor is in off a screen of xterm.js; the headless one fits too. */

/** The part of xterm.js that is read. */
export interface ReadableTerminal {
  readonly cols: number
  readonly buffer: {
    readonly active: {
      readonly type: 'normal' | 'alternate'
      readonly baseY: number
      readonly cursorX: number
      readonly cursorY: number
      readonly length: number
      readonly getLine: (y: number) => ReadableLine | undefined
    }
  }
}

interface ReadableLine {
  readonly isWrapped: boolean
  readonly getCell: (x: number) =>
    | {
        readonly getChars: () => string
        readonly getWidth: () => number
        readonly isDim: () => number
        readonly isFgDefault: () => boolean
        readonly getFgColor: () => number
      }
    | undefined
}

/** The cursor's line with its wrapped rows in one piece. */
export interface LineLook {
  /** Buffer line of its first cell. */
  readonly row: number
  /** A space where nothing is; empty for the second half of a wide character. */
  readonly cells: readonly string[]
  /** Index into `cells`; one past the last while a wrap is pending. */
  readonly cursor: number
  /** Behind the cursor stands a suggestion of the program, in grey, and not what was typed. */
  readonly ghost: boolean
  readonly alternate: boolean
}

/** More wrapped rows than this are output, not a line that somebody edits. */
const mostRows = 8
/** "Bright black": what shells suggest in. */
const grey = 8

export function lookAtLine({ cols, buffer: { active } }: ReadableTerminal): LineLook {
  const cursorRow = active.baseY + active.cursorY
  let first = cursorRow
  while (first > 0 && cursorRow - first < mostRows && active.getLine(first)?.isWrapped) first -= 1
  let last = cursorRow
  while (last - first < mostRows && active.getLine(last + 1)?.isWrapped) last += 1
  const cells: string[] = []
  for (let y = first; y <= last; y++) cells.push(...rowCells(active.getLine(y), cols))
  const cursor = (cursorRow - first) * cols + active.cursorX
  const after = active.getLine(cursorRow)?.getCell(Math.min(active.cursorX + 1, cols - 1))
  const ghost = after !== undefined && (after.isDim() !== 0 || (!after.isFgDefault() && after.getFgColor() === grey))
  return { row: first, cells, cursor, ghost, alternate: active.type === 'alternate' }
}

function rowCells(line: ReadableLine | undefined, cols: number): string[] {
  return Array.from({ length: cols }, (_, x) => {
    const cell = line?.getCell(x)
    return cell?.getWidth() === 0 ? '' : cell?.getChars() || ' '
  })
}
