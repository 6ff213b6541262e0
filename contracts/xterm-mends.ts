/**
 * Mends of xterm.js, whose version is pinned, for the page's terminal and a worker's model of it alike: each would
 * stop for hours, or half-way, at a few bytes of a program, and where one is mended alone the two screens differ.
 */

/** What a handler is given: the numbers of a control sequence. */
interface Sequence {
  readonly params: Int32Array
}

/** What is used of xterm's input handler. */
export interface MendableXterm<S extends Sequence> {
  readonly _bufferService: { readonly cols: number; readonly rows: number }
  readonly _parser: { readonly _csiHandlers: Record<number, ((sequence: S) => unknown)[] | undefined> }
  eraseInDisplay: (sequence: S, respectProtect?: boolean) => boolean
}

type Size = MendableXterm<Sequence>['_bufferService']

/** Sequences that do something as often as they say, 2,147,483,647 times for instance, and from where on it is pointless. */
const limits: readonly { readonly finals: string; readonly most: (size: Size) => number }[] = [
  // Lines that are shifted in or out: SU, SD, IL, DL. More than there are change nothing more.
  { finals: 'STLM', most: ({ rows }) => rows },
  // To the next and the last tab stop: CHT, CBT. As above.
  { finals: 'IZ', most: ({ cols }) => cols },
  // The character before, again: REP. xterm.js takes memory for all of them; a screenful is what anyone can mean.
  { finals: 'b', most: ({ cols, rows }) => cols * rows },
]

/** Call it before the first write. Lists of handlers are changed in place. */
export function mendXterm<S extends Sequence>(input: MendableXterm<S>): void {
  for (const { finals, most } of limits)
    for (const final of finals) {
      const handlers = input._parser._csiHandlers[final.charCodeAt(0)] ?? []
      for (const [i, handler] of handlers.entries())
        handlers[i] = (sequence) => {
          sequence.params[0] = Math.min(sequence.params[0] as number, most(input._bufferService))
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
