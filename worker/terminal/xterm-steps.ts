/** Steps of one terminal's xterm that are replaced by faster ones that know what text still waits. */
import { Eraser } from './cells.ts'
import type { LateText } from './late-text.ts'
import type { XtermInputHandler, XtermLine } from './xterm-insides.ts'

/** Colour and its mode; the bits above are styles, which erased cells have none of. */
const colour = 0x03ff_ffff

/** The line of the screen's row `y`: what xterm's own `get` gives, whose division is the slowest thing here. */
export function lineAt({ lines, ybase }: XtermInputHandler['_activeBuffer'], y: number): XtermLine | undefined {
  const { _array, _startIndex, _maxLength } = lines
  const index = _startIndex + ybase + y
  return _array[index < _maxLength ? index : (index | 0) % (_maxLength | 0)]
}

export function replaceErase(handler: XtermInputHandler, late: LateText): void {
  const eraser = new Eraser()
  const eraseSlowly = handler._eraseInBufferLine.bind(handler)
  const resetSlowly = handler._resetBufferLine.bind(handler)
  handler._eraseInBufferLine = (y, start, end, clearWrap = false, respectProtect = false) => {
    const line = lineAt(handler._activeBuffer, y)
    if (line === undefined || respectProtect) {
      late.storeAll()
      eraseSlowly(y, start, end, clearWrap, respectProtect)
      return
    }
    const bg = handler._curAttrData.bg & colour
    const isWhole = start === 0 && end >= line.length
    if (!isWhole) late.store(line)
    if (!isWhole || late.erases(line, bg)) eraser.erase(line._data, line.length, start, end, bg)
    if (clearWrap) line.isWrapped = false
  }
  handler._resetBufferLine = (y, respectProtect = false) => {
    const line = lineAt(handler._activeBuffer, y)
    if (line === undefined || respectProtect) {
      late.storeAll()
      resetSlowly(y, respectProtect)
      return
    }
    line._combined = {}
    line._extendedAttrs = {}
    const bg = handler._curAttrData.bg & colour
    if (late.erases(line, bg)) eraser.erase(line._data, line.length, 0, line.length, bg)
    handler._activeBuffer.clearMarkers(handler._activeBuffer.ybase + y)
    line.isWrapped = false
  }
}

/** A line that leaves the scrollback is used again as the new one. */
export function replaceScroll(handler: XtermInputHandler, late: LateText): void {
  const { _bufferService: service } = handler
  const scroll = service.scroll.bind(service)
  service.scroll = (attributes, isWrapped) => {
    const { lines, scrollTop } = handler._activeBuffer
    const oldest = lines.isFull && scrollTop === 0 ? lines.get(0) : undefined
    if (oldest !== undefined) late.drop(oldest)
    scroll(attributes, isWrapped)
  }
}
