/** The SGR sequence that gives a cell's look, from xterm's own attribute words. */

/** What xterm's cells and its current attributes have in common; a subset of its internal AttributeData. */
export interface CellStyle {
  isBold(): number
  isDim(): number
  isItalic(): number
  isUnderline(): number
  isBlink(): number
  isInverse(): number
  isInvisible(): number
  isStrikethrough(): number
  isOverline(): number
  isFgRGB(): boolean
  isFgPalette(): boolean
  getFgColor(): number
  isBgRGB(): boolean
  isBgPalette(): boolean
  getBgColor(): number
}

/** `ESC [ 0 ; … m` */
export function sgrOf(style: CellStyle): string {
  const flags = [
    [style.isBold(), 1],
    [style.isDim(), 2],
    [style.isItalic(), 3],
    [style.isUnderline(), 4],
    [style.isBlink(), 5],
    [style.isInverse(), 7],
    [style.isInvisible(), 8],
    [style.isStrikethrough(), 9],
    [style.isOverline(), 53],
  ] as const
  const codes: (number | string)[] = [0]
  for (const [on, code] of flags) if (on) codes.push(code)
  if (style.isFgRGB()) codes.push(`38;2;${rgb(style.getFgColor())}`)
  else if (style.isFgPalette()) codes.push(`38;5;${style.getFgColor()}`)
  if (style.isBgRGB()) codes.push(`48;2;${rgb(style.getBgColor())}`)
  else if (style.isBgPalette()) codes.push(`48;5;${style.getBgColor()}`)
  return `\u001b[${codes.join(';')}m`
}

function rgb(colour: number): string {
  return `${(colour >> 16) & 255};${(colour >> 8) & 255};${colour & 255}`
}

/**
 * The serialize addon ends dim (22) after it begins bold (1), which ends bold too: 22 goes before 1. `sgr` is what stands
 * between `ESC [` and `m`.
 */
export function boldAfterDim(sgr: string): string {
  const codes = sgr.split(';')
  const own: string[] = []
  let at = 0
  while (at < codes.length) {
    const isColour = codes[at] === '38' || codes[at] === '48'
    const length = isColour ? (codes[at + 1] === '2' ? 5 : 3) : 1
    own.push(codes.slice(at, at + length).join(';'))
    at += length
  }
  if (!own.includes('1') || !own.includes('22')) return sgr
  return ['22', ...own.filter((code) => code !== '22')].join(';')
}
