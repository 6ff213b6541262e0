/** Our end of a terminal through our native part, which gathers output and enters JavaScript once per batch. */
import type { OwnNative } from './pty-native.ts'
import type { Holds, TerminalEnd, TerminalEndEvents } from './terminal-end.ts'

/** Every batch of every terminal comes here, and is copied on before the next. */
const batch = Buffer.allocUnsafeSlow(65_536)

/** By the native part's numbers (terminal.h). */
const kinds: readonly (Holds | undefined)[] = [undefined, 'text', 'drawing']

export function openNative(native: OwnNative, fd: number, events: TerminalEndEvents): TerminalEnd {
  const terminal = native.open(fd, batch, (length, holds = 0, shown) => {
    if (length === 0) events.end()
    else events.data(batch.subarray(0, length), kinds[holds], shown === 1)
  })
  let isOpen = false
  return {
    write: (data) => native.write(terminal, data),
    state: () => native.state(terminal),
    resize: (cols, rows) => native.resize(terminal, cols, rows),
    pause: () => native.pause(terminal),
    resume: () => native.resume(terminal),
    drain: () => native.drain(terminal),
    shorten: (shortcut) => {
      if (shortcut !== undefined) {
        const { wire, offset, allowance, nextKey } = shortcut
        native.join(terminal, wire, offset, allowance, nextKey)
      } else if (isOpen) native.part(terminal)
      isOpen = shortcut !== undefined
    },
    settle: () => native.settle(terminal),
    close: () => native.close(terminal),
  }
}
