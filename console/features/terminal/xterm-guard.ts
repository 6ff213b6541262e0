/**
 * Keeps xterm.js going when one of its handlers throws on a program's output. Left alone, it never parses again: no
 * later write is even begun, and what the worker waits for is never said.
 */
import { type MendableXterm, mendXterm, type Sequence } from '@workshop/contracts/xterm-mends'
import type { Terminal } from '@xterm/xterm'

/** Of a control sequence or an escape, which has no parameters. True when it is done with. */
type Handler = (sequence: Sequence) => unknown

/** Of xterm's core, whose version is pinned. */
export interface XtermCore {
  readonly _inputHandler: MendableXterm<Sequence> & {
    parse: (...given: unknown[]) => unknown
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
  mendXterm(input)
  for (const handlers of [parser._csiHandlers, parser._escHandlers].flatMap((table) => Object.values(table)))
    for (const [i, handler] of handlers.entries()) handlers[i] = guarded(handler)
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
