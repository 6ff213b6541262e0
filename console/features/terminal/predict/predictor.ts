/**
 * Foretells what typing will do to the line under the cursor, so that it can be shown a round trip early. It only
 * foretells; the real screen is never touched. What is foretold is held against the real line as it changes, shown only
 * behind a prompt that has echoed before, and thrown away as a whole at the first contradiction.
 */
import { type Arming, unarmed, withRoundTrip } from './arming.ts'
import { afterKey, type EditLine } from './edit-line.ts'
import type { LineLook } from './line-look.ts'
import { PromptMemory } from './prompt-memory.ts'
import { type TypedKey, typedKeys } from './typed-keys.ts'

/** Flags of the terminal as the worker reports them. */
export interface EchoFlags {
  readonly echo: boolean
  readonly canonical: boolean
}

/** What to lay over the line `look`: characters by cell where they differ, and where the cursor will be. */
export interface Foretold {
  readonly cells: readonly { readonly at: number; readonly char: string }[]
  readonly cursor: number
}

interface Pending {
  readonly key: TypedKey
  readonly after: EditLine
  readonly at: number
}

/** A line's middle state, half repainted, may last so long; a contradiction lasts longer. ms */
const graceMs = 30
/** Output that answers a key comes at the latest so long after the worker took the key. ms */
const answerMs = 40
/** A key counts as ignored so long after its echo was due: of a program that writes other things, and of a busy one. ms */
const passedOverMs = 180
const silentMs = 900
/** Blanks that end a line's text: what stands behind them (a right prompt, a frame) does not move with typing. */
const gap = 3

export class Predictor {
  readonly #prompts = new PromptMemory()
  #arming: Arming = unarmed
  #flags: EchoFlags | undefined
  /** The line when the first pending key was typed. */
  #base:
    | { readonly prompt: readonly string[]; readonly room: number; line: EditLine; readonly fresh: boolean }
    | undefined
  #pending: Pending[] = []
  /** Echoes still to be seen before anything is shown. */
  #needed = 0
  /** Keys are on their way whose effect cannot be foretold. */
  #unsettled: { until: number; takenAt: number | undefined; answered: boolean } | undefined
  /** Input bytes typed so far. */
  #end = 0
  /** Nothing was typed on this line before. */
  #fresh = true
  /** Escape may have changed what keys mean. */
  #escaped = false
  #wrongSince: number | undefined
  /** The program has written something since the first pending key was due, but not that key. */
  #passedOver = false

  get armed(): boolean {
    return this.#arming.armed
  }

  /** Is anything foretold that time alone may end? */
  get waits(): boolean {
    return this.#pending.length > 0
  }

  /** A measured round trip, ms. */
  roundTrip(ms: number): void {
    this.#arming = withRoundTrip(this.#arming, ms)
    if (!this.armed) this.forget()
  }

  flags(flags: EchoFlags): void {
    this.#flags = flags
    if (this.#hidesTyping) this.forget()
  }

  /** What was typed, ending at input byte `end`; `look` is the real line now. Times are ms of one clock. */
  typed(data: string, end: number, look: LineLook, now: number): void {
    this.#end = end
    for (const key of typedKeys(data)) {
      if (!this.#foretell(key, look, now)) this.#unsettle()
      if (key.kind === 'enter') {
        this.#fresh = true
        this.#escaped = look.alternate
      } else this.#fresh = false
      if (key.kind === 'escape') this.#escaped = true
    }
  }

  /** The worker has taken everything before input byte `end`. */
  taken(end: number, now: number): void {
    if (this.#unsettled && end >= this.#unsettled.until) this.#unsettled.takenAt ??= now
  }

  /** The screen parsed output; `look` is the real line now. */
  parsed(look: LineLook, now: number): void {
    if (this.#unsettled?.takenAt !== undefined) this.#unsettled.answered = true
    const { matched, wrong } = this.#compare(look, now)
    if (wrong) this.#wrongSince ??= now
    else this.#wrongSince = undefined
    if (matched > 0) this.#confirm(matched)
    const first = this.#pending[0]
    this.#passedOver = first !== undefined && matched === 0 && now - first.at > (this.#arming.roundTripMs ?? 0)
  }

  /** Lets go of what was contradicted or never answered. Call it each frame while something is foretold. */
  expire(now: number): void {
    const first = this.#pending[0]
    if (first === undefined) return
    const wrong = this.#wrongSince !== undefined && now - this.#wrongSince > graceMs
    const late = now - first.at - (this.#arming.roundTripMs ?? 0)
    if (!wrong && late <= (this.#passedOver ? passedOverMs : silentMs)) return
    // Enter may have taken the line away before its last echo was seen: no fault of the prompt.
    if (wrong && this.#base && !this.#unsettled) this.#prompts.doubt(this.#base.prompt.join(''))
    this.forget()
  }

  /** Drops everything foretold. */
  forget(): void {
    if (this.#pending.length > 0) this.#unsettle()
    this.#pending = []
    this.#base = undefined
    this.#wrongSince = undefined
  }

  /** What differs from the real line now; undefined when nothing is to be shown. */
  foretold(look: LineLook): Foretold | undefined {
    const last = this.#pending.at(-1)
    if (!last || !this.#base || this.#needed > 0 || !startsWith(look.cells, this.#base.prompt)) return undefined
    const start = this.#base.prompt.length
    const end = start + Math.max(last.after.cells.length, this.#base.line.cells.length)
    const cells = []
    for (let at = start; at < end; at++) {
      const char = last.after.cells[at - start] ?? ' '
      if (char !== look.cells[at]) cells.push({ at, char })
    }
    return { cells, cursor: start + last.after.cursor }
  }

  /** Echo off in line mode is how passwords are asked for. Line editors turn echo off too, but read key by key. */
  get #hidesTyping(): boolean {
    return this.#flags !== undefined && !this.#flags.echo && this.#flags.canonical
  }

  #foretell(key: TypedKey, look: LineLook, now: number): boolean {
    if (!this.armed || this.#hidesTyping || key.kind === 'other' || key.kind === 'enter') return false
    if (this.#isUnsettled(now)) return false
    if (this.#pending.length === 0) this.#base = this.#sameLine(look) ?? this.#baseOf(look)
    if (!this.#base) return false
    const after = afterKey(this.#pending.at(-1)?.after ?? this.#base.line, key, this.#base.room)
    if (!after) return false
    this.#pending.push({ key, after, at: now })
    return true
  }

  #isUnsettled(now: number): boolean {
    if (!this.#unsettled) return false
    const { takenAt, answered } = this.#unsettled
    if (this.#pending.length > 0 || takenAt === undefined || !(answered || now - takenAt > answerMs)) return true
    this.#unsettled = undefined
    return false
  }

  #unsettle(): void {
    if (this.#pending.length === 0) this.#base = undefined
    this.#unsettled = { until: this.#end, takenAt: undefined, answered: false }
  }

  /** The line goes on where the last confirmed key left it: what was proven on it stays proven. */
  #sameLine(look: LineLook) {
    const base = this.#base
    if (!base || !showsLine(look, base)) return undefined
    const start = base.prompt.length
    const line = { cells: [...look.cells.slice(start, look.cursor), ...tailOf(look)], cursor: base.line.cursor }
    return { ...base, line, room: look.cells.length - start - 1 }
  }

  #baseOf(look: LineLook) {
    const known = look.alternate ? undefined : this.#prompts.find(look.cells, look.cursor)
    const start = known ?? look.cursor
    const prompt = look.cells.slice(0, start)
    const doubt = look.alternate || this.#escaped ? 1 : 0
    this.#needed = known === undefined ? this.#prompts.needed(prompt.join('')) + doubt : doubt
    const cells = [...look.cells.slice(start, look.cursor), ...tailOf(look)]
    const room = look.cells.length - start - 1
    return { prompt, room, line: { cells, cursor: look.cursor - start }, fresh: this.#fresh }
  }

  /** How many pending keys the real line shows, and whether it shows something else altogether. */
  #compare(look: LineLook, now: number): { readonly matched: number; readonly wrong: boolean } {
    const base = this.#base
    const first = this.#pending[0]
    if (!base || !first) return { matched: 0, wrong: false }
    if (!startsWith(look.cells, base.prompt)) return { matched: 0, wrong: true }
    const shows = (line: EditLine) => showsLine(look, { ...base, line })
    const states = [base.line, ...this.#pending.map(({ after }) => after)]
    // Keys that undo one another leave several states alike: the earliest, until its answer is due.
    const overdue = now - first.at > (this.#arming.roundTripMs ?? 0) + answerMs
    const matched = overdue ? states.findLastIndex(shows) : states.findIndex(shows)
    return { matched: Math.max(0, matched), wrong: matched < 0 }
  }

  #confirm(count: number): void {
    const confirmed = this.#pending.splice(0, count)
    const line = confirmed.at(-1)?.after
    if (!this.#base || !line) return
    this.#base.line = line
    if (this.#needed === 0) return
    this.#needed -= Math.min(this.#needed, confirmed.filter(({ key }) => key.kind === 'text').length)
    if (this.#needed > 0) return
    this.#escaped = false
    if (this.#base.fresh) this.#prompts.prove(this.#base.prompt)
  }
}

function startsWith(cells: readonly string[], head: readonly string[]): boolean {
  return head.every((cell, at) => cells[at] === cell)
}

/** Does the real line stand as `line` does behind `prompt`, up to the cursor? */
function showsLine(look: LineLook, { prompt, line }: { readonly prompt: readonly string[]; readonly line: EditLine }) {
  const { cells, cursor } = line
  return look.cursor === prompt.length + cursor && startsWith(look.cells, [...prompt, ...cells.slice(0, cursor)])
}

/** The text from the cursor on, up to a gap. */
function tailOf({ cells, cursor, ghost }: LineLook): readonly string[] {
  let end = cursor
  if (!ghost) for (let at = cursor; at < cells.length && at - end < gap; at++) if (cells[at] !== ' ') end = at + 1
  return cells.slice(cursor, end)
}
