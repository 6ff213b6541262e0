/**
 * Plays a recording against the predictor with a delay between key and answer, on a virtual clock, with xterm.js as the
 * real screen; looks at the result frame by frame.
 */
import xterm from '@xterm/headless'
import { type LineLook, lookAtLine } from '../../../console/features/terminal/predict/line-look.ts'
import { type Foretold, Predictor } from '../../../console/features/terminal/predict/predictor.ts'
import type { KeystrokeLog, LogEvent } from './keystroke-log.ts'

/** One frame of a screen at 60 Hz, ms. */
const frameMs = 16
/** A wrong character may stay for so long, ms. */
const wrongMs = 300

export interface ReplayResult {
  /** Characters that the program echoed where they were typed. */
  readonly typed: number
  /** Of these, how many were on the screen within one frame. */
  readonly early: number
  /** Characters shown that never came to be there. */
  readonly wrong: number
  /** Of these, how many were still shown after 300 ms. */
  readonly wrongLeft: number
  /** Characters shown of what no program echoed, such as a password. */
  readonly secret: number
  /** Typed characters that were late, for a look at why. */
  readonly late: readonly string[]
}

interface Shown {
  readonly row: number
  readonly at: number
  readonly char: string
  readonly since: number
}

/** `secrets`: typed lines that no program echoes. */
export async function replayTyping(
  log: KeystrokeLog,
  delayMs: number,
  secrets: readonly string[],
): Promise<ReplayResult> {
  const terminal = new xterm.Terminal({ cols: log.cols, rows: log.rows, allowProposedApi: true, scrollback: 2_000 })
  const predictor = new Predictor()
  predictor.roundTrip(delayMs)
  const look = () => lookAtLine(terminal)
  const shown = new Map<string, Shown>()
  const late: string[] = []
  let typed = 0
  let early = 0
  let wrong = 0
  let wrongLeft = 0
  let secret = 0

  const paint = (now: number) => {
    predictor.expire(now)
    const line = look()
    const foretold = predictor.foretold(line)
    const cells = new Map((foretold?.cells ?? []).map(({ at, char }) => [at, char]))
    for (const [at, char] of cells) {
      const id = `${line.row}:${at}:${char}`
      if (char !== ' ' && !shown.has(id)) shown.set(id, { row: line.row, at, char, since: now })
    }
    for (const [id, one] of shown) {
      const real = terminal.buffer.active.getLine(one.row + Math.floor(one.at / log.cols))
      const became = real?.getCell(one.at % log.cols)?.getChars() === one.char
      const stillShown = one.row === line.row && cells.get(one.at) === one.char
      if (!became && stillShown) continue
      shown.delete(id)
      // While the line is still foretold, further typing took the character's place.
      if (became || foretold !== undefined) continue
      wrong += 1
      if (now - one.since > wrongMs) wrongLeft += 1
    }
  }

  const timeline = timelineOf(log, delayMs)
  const hidden = secretKeys(log, secrets)
  let now = 0
  for (const event of timeline) {
    for (; now + frameMs < event.at; now += frameMs) paint(now)
    if (event.do === 'key') {
      predictor.typed(event.key, event.end, look(), event.at)
      if (event.key.length > 1 || event.key < ' ' || event.key === '\u007f') continue
      const isShown = showsAtCursor(predictor.foretold(look()), look(), event.key)
      if (hidden.has(event.index)) secret += Number(isShown)
      else {
        typed += 1
        early += Number(isShown)
        if (!isShown) late.push(event.key)
      }
      paint(event.at)
    } else if (event.do === 'taken') predictor.taken(event.end, event.at)
    else if (event.do === 'tty') predictor.flags(event.tty)
    else {
      await new Promise<void>((done) => terminal.write(Buffer.from(event.output, 'latin1'), done))
      predictor.parsed(look(), event.at)
    }
  }
  for (; now < (timeline.at(-1)?.at ?? 0) + 1_000; now += frameMs) paint(now)
  terminal.dispose()
  return { typed, early, wrong, wrongLeft, secret, late }
}

/** A space is seen by the cursor that moves over it. */
function showsAtCursor(foretold: Foretold | undefined, { cells }: LineLook, char: string): boolean {
  const at = (foretold?.cursor ?? 0) - 1
  return foretold !== undefined && (foretold.cells.find((cell) => cell.at === at)?.char ?? cells[at]) === char
}

type Step =
  | { readonly at: number; readonly do: 'key'; readonly key: string; readonly end: number; readonly index: number }
  | { readonly at: number; readonly do: 'taken'; readonly end: number }
  | { readonly at: number; readonly do: 'output'; readonly output: string }
  | { readonly at: number; readonly do: 'tty'; readonly tty: { readonly echo: boolean; readonly canonical: boolean } }

/** Keys at their time; everything that the worker says a round trip later. */
function timelineOf({ events }: KeystrokeLog, delayMs: number): readonly Step[] {
  let end = 0
  const stepsOf = (event: LogEvent, index: number): readonly Step[] => {
    if ('output' in event) return [{ at: event.at + delayMs, do: 'output', output: event.output }]
    if ('tty' in event) return [{ at: event.at + delayMs, do: 'tty', tty: event.tty }]
    end += Buffer.byteLength(event.key)
    return [
      { at: event.at, do: 'key', key: event.key, end, index },
      { at: event.at + delayMs, do: 'taken', end },
    ]
  }
  return events.flatMap(stepsOf).sort((a, b) => a.at - b.at)
}

/** Indices of the keys that spell a secret line. */
function secretKeys({ events }: KeystrokeLog, secrets: readonly string[]): ReadonlySet<number> {
  const keys = events.flatMap((event, index) => ('key' in event ? [{ key: event.key, index }] : []))
  const text = keys.map(({ key }) => (key.length === 1 ? key : '\u0000')).join('')
  return new Set(
    secrets.flatMap((secret) => {
      const at = text.indexOf(secret)
      return at < 0 ? [] : keys.slice(at, at + secret.length).map(({ index }) => index)
    }),
  )
}
