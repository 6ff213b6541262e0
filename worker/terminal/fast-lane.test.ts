/**
 * The fast lane and an untouched xterm must come to the same screen, to the last bit of each cell: on random mixtures
 * of all that moves, colours, wraps and joins, and on what real programs print.
 */
import { WholeCharacters } from '@workshop/contracts/whole-characters'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRecording, recordingNames } from '../../test/recordings/recording.ts'
import { size, step } from '../../test/support/printed-output.ts'
import { FastLane } from './fast-lane.ts'
import { type HeadlessTerminal, openTerminal, screenText } from './screen-state.ts'
import { isKnown, type XtermInputHandler, type XtermLine } from './xterm-insides.ts'

interface Core {
  readonly _inputHandler: XtermInputHandler
  readonly writeSync: (bytes: Uint8Array) => void
  readonly _bufferService: { readonly buffers: Record<'normal' | 'alt' | 'active', Buffer> }
}
interface Buffer {
  readonly lines: { readonly length: number; readonly get: (y: number) => Line }
  readonly [place: string]: unknown
}
interface Line extends XtermLine {
  readonly _combined: Record<number, string>
  readonly _extendedAttrs: Record<number, { readonly ext: number; readonly urlId: number }>
}

const coreOf = (terminal: HeadlessTerminal) => (terminal as unknown as { _core: Core })._core

/** Everything of a line that can be seen or comes back: cells, what is kept beside them, whether it goes on above. */
function lineState({ _data: words, _combined, _extendedAttrs, isWrapped, length }: Line) {
  const beside: unknown[] = []
  for (let x = 0; x < length; x++) {
    if (((words[3 * x] ?? 0) & 0x20_0000) !== 0) beside.push(x, _combined[x])
    if (((words[3 * x + 2] ?? 0) & 0x1000_0000) !== 0) beside.push(x, _extendedAttrs[x]?.ext, _extendedAttrs[x]?.urlId)
  }
  return [[...words], beside, isWrapped, length]
}

function stateOf(terminal: HeadlessTerminal) {
  const { _inputHandler, _bufferService } = coreOf(terminal)
  const { currentState, precedingJoinState } = _inputHandler._parser
  const { fg, bg } = _inputHandler._curAttrData
  const { normal, alt, active } = _bufferService.buffers
  const buffers = [normal, alt].map((buffer) => [
    ...['x', 'y', 'ybase', 'ydisp', 'scrollTop', 'scrollBottom', 'savedX', 'savedY'].map((place) => buffer[place]),
    Array.from({ length: buffer.lines.length }, (_, y) => lineState(buffer.lines.get(y))),
  ])
  return { buffers, onAlt: active === alt, attributes: [fg, bg], currentState, precedingJoinState, ...terminal.modes }
}

/** Two terminals, one with the fast lane, that are fed the same. */
class Pair {
  readonly slow: HeadlessTerminal
  readonly fast: HeadlessTerminal
  readonly #lane: FastLane
  readonly #whole = new WholeCharacters()

  constructor(cols: number, rows: number) {
    this.slow = openTerminal(cols, rows)
    this.fast = openTerminal(cols, rows)
    this.#lane = new FastLane(coreOf(this.fast)._inputHandler)
  }

  write(bytes: Uint8Array): void {
    const whole = this.#whole.take(bytes)
    try {
      coreOf(this.slow).writeSync(whole)
    } catch {
      // xterm trips over some rare sequences itself; there is nothing to compare with then.
      fc.pre(false)
    }
    this.#lane.parse(whole)
  }

  resize(cols: number, rows: number): void {
    this.slow.resize(cols, rows)
    this.fast.resize(cols, rows)
  }

  expectSame(): void {
    expect(stateOf(this.fast)).toEqual(stateOf(this.slow))
  }

  close(): void {
    this.slow.dispose()
    this.fast.dispose()
  }
}

describe('the fast lane', () => {
  it('comes to the screen of an untouched xterm, whatever is printed', () => {
    const runs = Number(process.env['FAST_LANE_RUNS'] ?? 400)
    fc.assert(
      fc.property(size, fc.array(step, { maxLength: 8 }), ({ cols, rows }, steps) => {
        const pair = new Pair(cols, rows)
        // Half of them where lines are used again from the first one on.
        if (cols % 2 === 0) pair.write(new TextEncoder().encode('\u001b[?1049h'))
        for (const { parts, cut, size: next } of steps) {
          const bytes = globalThis.Buffer.concat(parts)
          const at = cut % (bytes.length + 1)
          pair.write(bytes.subarray(0, at))
          pair.write(bytes.subarray(at))
          pair.expectSame()
          if (next === null) continue
          pair.resize(next.cols, next.rows)
          pair.expectSame()
        }
        pair.close()
      }),
      { numRuns: runs },
    )
  })

  it.for(recordingNames())('comes to the screen of an untouched xterm with %s', (name) => {
    const { cols, rows, sizes, output } = readRecording(name)
    const pair = new Pair(cols, rows)
    const look = Math.ceil(output.length / 20)
    let at = 0
    const goTo = (end: number) => {
      while (at < end) {
        const next = Math.min(end, at + look)
        pair.write(output.subarray(at, next))
        pair.expectSame()
        at = next
      }
    }
    for (const mark of sizes) {
      goTo(mark.offset)
      pair.resize(mark.cols, mark.rows)
    }
    goTo(output.length)
    pair.close()
  })

  it.each([
    ['a joined character that is repeated beyond the end of a screen', 2, 1, 'a\u200d\u001b[2b'],
    ['wide characters at a margin without wrapping', 4, 2, '\u001b[?7l\u001b[1;3H漢漢b'],
    ['an erased line that is written and erased by xterm itself', 2, 1, '\u009b2Ka\u009b2K'],
    ['one that is written by xterm and erased in the fast lane', 2, 1, '\u009b2K\u009b1Ga\u001b[2K'],
    ['ends of lines that are starts of lines', 4, 3, '\u001b[20h\u001b[1;3H\nx'],
    [
      'text on a line that leaves the screen and comes back as a new one',
      9,
      2,
      `\u001b[?1049h\u001b[Hold\u001b[2H${'\n'.repeat(9)}`,
    ],
    ['text above lines that scroll alone', 10, 5, '\u001b[?1049h\u001b[Habc\u001b[2;5r\u001b[5H\n'],
    ['a character that is repeated over the ends of lines', 9, 5, 'a\u001b[40b\u001b[2Kb\u001b[9b'],
    ['more runs on one line than can wait', 9, 2, 'a\u001b[1mb\u001b[m\r'.repeat(5_000)],
    [
      'text that is erased, half erased, and written over',
      9,
      2,
      'abcdef\r\u001b[2Kghi\u001b[2G\u001b[1K\rj\u001b[3G\u001b[44mk\u001b[K',
    ],
  ] as const)('comes to the same with %s', (_name, cols, rows, text) => {
    const pair = new Pair(cols, rows)
    pair.write(new TextEncoder().encode(text))
    pair.expectSame()
    pair.close()
  })

  it('goes on after a sequence that xterm trips over', () => {
    const terminal = openTerminal(20, 5)
    const lane = new FastLane(coreOf(terminal)._inputHandler)
    lane.parse(new TextEncoder().encode('one\u001b[5;20H\u001b[1J\r\ntwo'))
    expect(screenText(terminal)).toContain('two')
    expect(screenText(terminal)).not.toContain('one')
  })

  it.each([...'STLMIZb'])('is not kept busy by more than there is: CSI 2147483647 %s', (final) => {
    const [cols, rows] = [20, 5]
    // In one piece and cut, which xterm's own parser reads.
    const pieces = [`one\u001b[2147483647${final}`, 'two\u001b[2147', `483647${final}!`]
    const enough = `\u001b[${final === 'b' ? 4_096 : cols * rows}${final}`
    const [limited, plain] = [openTerminal(cols, rows), openTerminal(cols, rows)]
    const lane = new FastLane(coreOf(limited)._inputHandler)
    for (const piece of pieces) lane.parse(new TextEncoder().encode(piece))
    coreOf(plain).writeSync(new TextEncoder().encode(`one${enough}two${enough}!`))
    expect(stateOf(limited)).toEqual(stateOf(plain))
  })

  it('repeats what fills a large screen', () => {
    const terminal = openTerminal(120, 50)
    const lane = new FastLane(coreOf(terminal)._inputHandler)
    lane.parse(new TextEncoder().encode('a\u001b[5999b'))
    expect(screenText(terminal).replaceAll(/\s/g, '')).toBe('a'.repeat(6_000))
  })

  it('repeats few of a character with many accents', () => {
    const terminal = openTerminal(20, 5)
    const lane = new FastLane(coreOf(terminal)._inputHandler)
    lane.parse(new TextEncoder().encode(`a${'\u0301'.repeat(4_096)}\u001b[2147483647b!`))
    expect(screenText(terminal)).toMatch(/^a\u0301+a\u0301+!$/m)
  })

  it('keeps away from an xterm that it does not know', () => {
    const handler = coreOf(openTerminal(80, 24))._inputHandler
    expect(isKnown(handler)).toBe(true)
    expect(isKnown({ ...handler, _utf8Decoder: {} })).toBe(false)
    expect(isKnown({})).toBe(false)
  })
})
