/**
 * Keeps xterm.js going when one of its handlers throws on a program's output. Left alone, it never parses again: no
 * later write is even begun, and what the worker waits for is never said.
 */
import type { Terminal } from '@xterm/xterm'

interface Sequence {
  readonly params: Int32Array
}
/** Of a control sequence or an escape, which has no parameters. True when it is done with. */
type Handler = (sequence: Sequence) => unknown

/** Of xterm's core, whose version is pinned. */
export interface XtermCore {
  readonly _inputHandler: {
    parse: (...given: unknown[]) => unknown
    eraseInDisplay: (sequence: Sequence, kept?: boolean) => boolean
    readonly _parser: {
      readonly _csiHandlers: Record<string, Handler[]>
      readonly _escHandlers: Record<string, Handler[]>
      readonly reset: () => void
    }
  }
}

/** Call it once, before the first write. */
export function guardXterm(terminal: Terminal): void {
  const input = (terminal as unknown as { readonly _core: XtermCore })._core._inputHandler
  const { _parser: parser } = input
  const erase = input.eraseInDisplay.bind(input)
  input.eraseInDisplay = (sequence, kept) => {
    try {
      return erase(sequence, kept)
    } catch {
      // Up to the last cell, with no line below, it stops half done: that is the whole screen, number 2.
      sequence.params[0] = 2
      return erase(sequence, kept)
    }
  }
  for (const handlers of [parser._csiHandlers, parser._escHandlers].flatMap((table) => Object.values(table)))
    for (const [i, handler] of handlers.entries()) handlers[i] = guarded(handler)
  // Lines shifted in or out: more than there are changes nothing more, and 2^31 would stop the page for hours.
  for (const final of 'STLM') {
    const [handler] = parser._csiHandlers[final.charCodeAt(0)] ?? []
    if (handler)
      parser._csiHandlers[final.charCodeAt(0)] = [
        (sequence) => {
          sequence.params[0] = Math.min(sequence.params[0] ?? 1, terminal.rows)
          return handler(sequence)
        },
      ]
  }
  const parse = input.parse.bind(input)
  input.parse = (...given) => {
    try {
      return parse(...given)
    } catch {
      // Anything else costs the rest of its piece.
      parser.reset()
      terminal.refresh(0, terminal.rows - 1)
      return undefined
    }
  }
}

function guarded(handler: Handler): Handler {
  return (sequence) => {
    try {
      return handler(sequence)
    } catch {
      return true
    }
  }
}
