/** The commonest SGR codes without the objects that xterm makes for each: 0, and colours by number or by parts. */
import type { XtermAttributes, XtermInputHandler, XtermParams } from './xterm-insides.ts'

/** How a colour word says what its lower bits are. */
const mode = { mask: 0x0300_0000, palette: 0x0200_0000, rgb: 0x0300_0000 } as const

/** Replaces xterm's own steps in one terminal's input handler. */
export function replaceStyles(handler: XtermInputHandler): void {
  const resetSlowly = handler._processSGR0.bind(handler)
  const extractSlowly = handler._extractColor.bind(handler)
  handler._processSGR0 = (attributes) => {
    const { ext, urlId } = attributes.extended
    if (ext !== 0 || urlId !== 0) {
      resetSlowly(attributes)
      return
    }
    attributes.fg = 0
    attributes.bg = 0
  }
  handler._extractColor = (params, at, attributes) =>
    setColour(params, at, attributes) ?? extractSlowly(params, at, attributes)
}

/** Gives how many numbers it took after the one at `at`; undefined when it is none of these. */
function setColour(params: XtermParams, at: number, attributes: XtermAttributes): number | undefined {
  const { params: numbers, length, _subParamsLength } = params
  const target = numbers[at]
  if (_subParamsLength !== 0 || (target !== 38 && target !== 48)) return undefined
  const word = target === 38 ? 'fg' : 'bg'
  if (numbers[at + 1] === 5 && at + 2 < length) {
    attributes[word] = (attributes[word] & ~(mode.mask | 0xff)) | mode.palette | ((numbers[at + 2] as number) & 0xff)
    return 2
  }
  if (numbers[at + 1] !== 2 || at + 4 >= length) return undefined
  const [red, green, blue] = [numbers[at + 2] as number, numbers[at + 3] as number, numbers[at + 4] as number]
  const colour = ((red & 0xff) << 16) | ((green & 0xff) << 8) | (blue & 0xff)
  attributes[word] = (attributes[word] & ~0xff_ffff) | mode.rgb | colour
  return 4
}
