/**
 * Whoever comes at any byte of a real program's output must see what one sees who never left: then, and after 32 KB
 * more. Characters, cursor, screen and modes must be equal everywhere, colours in 99.8 % of the cells.
 *
 * A seed picks the places; `REPLAY_CUTS=2000` looks at more of them per program and ring, `REPLAY_SEED` at others.
 */
import { isDeepStrictEqual } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { History } from '../../worker/terminal/history.ts'
import { follow, type HeadlessTerminal, openTerminal, parse, screenState } from '../../worker/terminal/screen-state.ts'
import { Screens } from '../../worker/terminal/screens.ts'
import { cutPlaces } from '../recordings/cut-places.ts'
import { type Recording, readRecording, recordingNames } from '../recordings/recording.ts'

const cutsEach = Number(process.env['REPLAY_CUTS'] ?? 40)
const seed = Number(process.env['REPLAY_SEED'] ?? 4)
const followBytes = 32_768
/** As the kernel hands a terminal's output over. */
const readBytes = 4_095

type State = ReturnType<typeof screenState>

interface Tally {
  looks: number
  wrong: string[]
  cells: number
  offCells: number
}

/** A terminal that is fed a recording from its beginning, or from a replay on. */
class Watcher {
  readonly terminal: HeadlessTerminal
  readonly #recording: Recording
  #at: number

  constructor(recording: Recording, terminal: HeadlessTerminal, at: number) {
    this.#recording = recording
    this.terminal = terminal
    this.#at = at
  }

  async goTo(to: number): Promise<void> {
    for (const { offset, cols, rows } of this.#recording.sizes) {
      if (offset <= this.#at || offset > to) continue
      await parse(this.terminal, this.#recording.output.subarray(this.#at, offset))
      this.#at = offset
      this.terminal.resize(cols, rows)
    }
    await parse(this.terminal, this.#recording.output.subarray(this.#at, to))
    this.#at = to
  }
}

/** Writes output into a session's past as it would have come. */
function write(history: History, recording: Recording, from: number, to: number): void {
  let at = from
  const print = (end: number) => {
    for (; at < end; at = Math.min(end, at + readBytes)) {
      history.write(recording.output.subarray(at, Math.min(end, at + readBytes)))
    }
  }
  for (const { offset, cols, rows } of recording.sizes) {
    if (offset <= from || offset > to) continue
    print(offset)
    history.resized({ cols, rows })
  }
  print(to)
}

/** Someone who attaches now. */
async function newcomer(history: History): Promise<HeadlessTerminal> {
  const { bytes, offset, size } = await history.replay()
  const terminal = openTerminal(size.cols, size.rows)
  await parse(terminal, bytes)
  await follow(terminal, history.ring, history.sizes.from(offset), offset)
  return terminal
}

function look(tally: Tally, where: string, expected: State, found: State): void {
  tally.looks += 1
  const parts = Object.keys(expected).filter((key) => key !== 'styles' && !isDeepStrictEqual(expected[key], found[key]))
  if (parts.length > 0) tally.wrong.push(`${where}: ${parts.join(' ')}`)
  const [want, got] = [expected['styles'], found['styles']] as [string[], string[]]
  for (const [y, line] of want.entries()) {
    const cells = line.split('|')
    tally.cells += cells.length
    if (line === got[y]) continue
    const others = got[y]?.split('|') ?? []
    tally.offCells += cells.filter((cell, x) => cell !== others[x]).length
  }
}

async function compare(recording: Recording, ringBytes: number): Promise<Tally> {
  const { cols, rows } = recording
  const tally: Tally = { looks: 0, wrong: [], cells: 0, offCells: 0 }
  const screens = new Screens()
  const history = new History({ cols, rows }, screens, () => {}, ringBytes)
  const truth = new Watcher(recording, openTerminal(cols, rows), 0)
  const cuts = cutPlaces(recording.output, cutsEach, seed)
  let late: { watcher: Watcher; cut: number }[] = []
  let at = 0
  const seeLate = async (until: number) => {
    for (const { watcher, cut } of late.filter(({ cut }) => cut + followBytes <= until)) {
      const end = Math.min(recording.output.length, cut + followBytes)
      await truth.goTo(end)
      await watcher.goTo(end)
      look(tally, `${cut}+${end - cut}`, screenState(truth.terminal), screenState(watcher.terminal))
      watcher.terminal.dispose()
    }
    late = late.filter(({ cut }) => cut + followBytes > until)
  }
  for (const cut of cuts) {
    await seeLate(cut)
    write(history, recording, at, cut)
    at = cut
    await truth.goTo(cut)
    const terminal = await newcomer(history)
    look(tally, `${cut}`, screenState(truth.terminal), screenState(terminal))
    late.push({ watcher: new Watcher(recording, terminal, cut), cut })
  }
  await seeLate(Number.POSITIVE_INFINITY)
  history.close()
  truth.terminal.dispose()
  return tally
}

describe('a screen that is replayed', () => {
  const table: string[] = []
  afterAll(() => {
    if (process.env['REPLAY_CUTS'] !== undefined) console.log(table.join('\n'))
  })

  it.for(recordingNames().flatMap((name) => [[name, 262_144] as const, [name, 16_384] as const]))(
    'is that of %s for one who never left, with a ring of %i bytes',
    { timeout: 1_800_000 },
    async ([name, ringBytes]) => {
      const { looks, wrong, cells, offCells } = await compare(readRecording(name), ringBytes)
      const off = ((100 * offCells) / cells).toFixed(4)
      table.push(`${name} ring ${ringBytes}: ${looks} looks, ${wrong.length} wrong, ${off} % of cells in another style`)
      expect(wrong).toEqual([])
      expect(offCells / cells).toBeLessThan(0.002)
      expect(looks).toBeGreaterThanOrEqual(cutsEach)
    },
  )
})
