/** The commonest SGR codes without what xterm makes for each: set back, colours by number or by parts, bold, dim, inverse. */
import type { XtermAttributes } from './xterm-insides.ts'

/** How a colour word says what its lower bits are, and the flags above them. */
const mode = { mask: 0x0300_0000, standard: 0x0100_0000, palette: 0x0200_0000, rgb: 0x0300_0000 } as const
const colour = { part: 0xff, parts: 0xff_ffff, bright: 8 } as const
const inverse = 0x0400_0000
const bold = 0x0800_0000
/** In the background word. */
const dim = 0x0800_0000

/** Carries out SGR with the first `count` of `numbers`; false when it knows one of them not, and nothing is changed then. */
export function setStyle(attributes: XtermAttributes, numbers: Int32Array, count: number): boolean {
  let { fg, bg } = attributes
  for (let i = 0; i < count; i++) {
    const number = numbers[i] as number
    if (number === 0) {
      if (attributes.extended.ext !== 0 || attributes.extended.urlId !== 0) return false
      fg = bg = 0
    } else if (number === 38 || number === 48) {
      const colour = colourAt(number === 38 ? fg : bg, numbers, i, count)
      if (colour === undefined) return false
      if (number === 38) fg = colour
      else bg = colour
      i += numbers[i + 1] === 5 ? 2 : 4
    } else if (number === 1) fg |= bold
    else if (number === 2) bg |= dim
    else if (number === 7) fg |= inverse
    else if (number === 22) {
      fg &= ~bold
      bg &= ~dim
    } else if (number === 27) fg &= ~inverse
    else if (number >= 30 && number <= 37) fg = standard(fg, number - 30)
    else if (number >= 40 && number <= 47) bg = standard(bg, number - 40)
    else if (number >= 90 && number <= 97) fg = standard(fg, number - 90 + colour.bright)
    else if (number === 39) fg &= ~(mode.mask | colour.parts)
    else if (number === 49) bg &= ~(mode.mask | colour.parts)
    else return false
  }
  attributes.fg = fg
  attributes.bg = bg
  return true
}

function standard(word: number, number: number): number {
  return (word & ~(mode.mask | colour.part)) | mode.standard | number
}

/** The word with the colour that the numbers after the one at `at` tell; undefined when some are missing. */
function colourAt(word: number, numbers: Int32Array, at: number, count: number): number | undefined {
  if (numbers[at + 1] === 5 && at + 2 < count) {
    return (word & ~(mode.mask | colour.part)) | mode.palette | ((numbers[at + 2] as number) & colour.part)
  }
  if (numbers[at + 1] !== 2 || at + 4 >= count) return undefined
  const [red, green, blue] = [numbers[at + 2] as number, numbers[at + 3] as number, numbers[at + 4] as number]
  const parts = ((red & colour.part) << 16) | ((green & colour.part) << 8) | (blue & colour.part)
  return (word & ~colour.parts) | mode.rgb | parts
}
