/**
 * Mends of xterm.js, whose version is pinned, for the page's terminal and a worker's model of it alike: each would
 * stop for hours, or half-way, at a few bytes of a program, and where one is mended alone the two screens differ.
 */

/** What a handler is given: the numbers of a control sequence. */
export interface Sequence {
  readonly params: Int32Array
}

interface Line {
  readonly getString: (column: number) => string
}

/** What limits depend on, of xterm's input handler. */
interface Place {
  readonly _activeBuffer: {
    readonly x: number
    readonly y: number
    readonly ybase: number
    readonly lines: { readonly get: (y: number) => Line | undefined }
  }
  readonly _bufferService: { readonly cols: number; readonly rows: number }
  readonly _parser: { readonly precedingJoinState: number }
}

/** What is used of xterm's input handler. */
export interface MendableXterm<S extends Sequence> extends Place {
  readonly _parser: Place['_parser'] & {
    readonly _csiHandlers: Record<number, ((sequence: S) => unknown)[] | undefined>
  }
  eraseInDisplay: (sequence: S, respectProtect?: boolean) => boolean
}

/** Sequences that do something as often as they say, 2,147,483,647 times for instance, and how often is enough. */
const limits: readonly { readonly finals: string; readonly most: (input: Place) => number }[] = [
  // Lines that are shifted in or out: SU, SD, IL, DL. More than there are change nothing more.
  { finals: 'STLM', most: ({ _bufferService }) => _bufferService.rows },
  // To the next and the last tab stop: CHT, CBT. As above.
  { finals: 'IZ', most: ({ _bufferService }) => _bufferService.cols },
  { finals: 'b', most: mostRepeats },
]

/** So much is repeated on any screen, for a character with accents may fill a small one twice and mean it. */
const freeRepeats = 4_096

/**
 * REP, the character before again, for which xterm.js takes memory at once: a screenful, in which line and column may be
 * others than after all of them. What is repeated may have any number of accents, each of which counts.
 */
function mostRepeats({ _activeBuffer, _bufferService, _parser }: Place): number {
  const { lines, x, y, ybase } = _activeBuffer
  const columns = (_parser.precedingJoinState >> 1) & 3
  const length = lines.get(ybase + y)?.getString(Math.max(0, x - columns)).length ?? 0
  const most = Math.max(freeRepeats, _bufferService.cols * _bufferService.rows)
  return Math.max(1, Math.floor(most / Math.max(1, length)))
}

/** Call it before the first write. Lists of handlers are changed in place. */
export function mendXterm<S extends Sequence>(input: MendableXterm<S>): void {
  for (const { finals, most } of limits)
    for (const final of finals) {
      const handlers = input._parser._csiHandlers[final.charCodeAt(0)] ?? []
      for (const [i, handler] of handlers.entries())
        handlers[i] = (sequence) => {
          sequence.params[0] = Math.min(sequence.params[0] as number, most(input))
          return handler(sequence)
        }
    }
  const erase = input.eraseInDisplay.bind(input)
  input.eraseInDisplay = (sequence, respectProtect) => {
    try {
      return erase(sequence, respectProtect)
    } catch {
      // Up to the last cell, with no line below, it stops half done: that is the whole screen, number 2.
      sequence.params[0] = 2
      return erase(sequence, respectProtect)
    }
  }
}
