/**
 * Commands: one registry feeds the palette, the key sheet and the bindings. Inside a terminal nothing is taken that a
 * shell or an agent uses: only F1 and the leader Ctrl+Shift+Space, after which one letter names a command.
 */
import type { Component } from 'vue'

export interface Command {
  readonly id: string
  readonly title: string
  /** Heading in palette and sheet. */
  readonly group: string
  readonly icon?: Component
  /** The letter after the leader, inside and outside terminals. */
  readonly leader?: string
  /** Keys outside terminals and fields, one after the other: `['g', 'f']`. */
  readonly keys?: readonly string[]
  /** What the sheet prints instead of `leader`, for a command that stands for several letters. */
  readonly leaderLabel?: string
  /** Left out of the palette: it makes sense as a key only. */
  readonly keyOnly?: boolean
  readonly run: () => void
}

/** A key press as bindings need it. */
export interface KeyPress {
  readonly key: string
  readonly code: string
  readonly ctrl: boolean
  readonly shift: boolean
  readonly alt: boolean
  readonly meta: boolean
}

/** Where the focus is: typing goes to a program, into a field, or nowhere. */
export type FocusPlace = 'terminal' | 'field' | 'page'

/** What was pressed so far: nothing, the leader, or the first keys of a sequence. */
export type KeyState = { readonly leader: true } | { readonly leader: false; readonly pressed: readonly string[] }

export const noKeys: KeyState = { leader: false, pressed: [] }

export interface KeyAnswer {
  readonly state: KeyState
  readonly run?: Command
  /** The key is ours: neither program nor browser gets it. */
  readonly taken: boolean
}

/** What a key press means. Pure. */
export function answerKey(
  press: KeyPress,
  state: KeyState,
  place: FocusPlace,
  commands: readonly Command[],
): KeyAnswer {
  if (press.key === 'F1' && !press.ctrl && !press.alt && !press.meta) {
    const palette = commands.find(({ id }) => id === 'palette')
    return { state: noKeys, taken: true, ...(palette ? { run: palette } : {}) }
  }
  if (press.ctrl && press.shift && press.code === 'Space') return { state: { leader: true }, taken: true }
  if (['Control', 'Shift', 'Alt', 'Meta'].includes(press.key)) return { state, taken: false }
  if (state.leader) {
    const run = commands.find(({ leader }) => leader === press.key.toLowerCase() || leader === press.key)
    return { state: noKeys, taken: true, ...(run ? { run } : {}) }
  }
  if (place !== 'page' || press.ctrl || press.alt || press.meta) return { state: noKeys, taken: false }
  return (
    answerSequence([...state.pressed, press.key], commands) ??
    answerSequence([press.key], commands) ?? { state: noKeys, taken: false }
  )
}

function answerSequence(pressed: readonly string[], commands: readonly Command[]): KeyAnswer | undefined {
  const starts = commands.filter(({ keys }) => keys && pressed.every((key, at) => keys[at] === key))
  const run = starts.find(({ keys }) => keys?.length === pressed.length)
  if (run) return { state: noKeys, run, taken: true }
  return starts.length > 0 ? { state: { leader: false, pressed }, taken: true } : undefined
}

/** Commands of the palette that hold all words of `text`; at its start first. */
export function searchCommands(text: string, commands: readonly Command[]): readonly Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = commands.filter(
    ({ title, keyOnly }) => !keyOnly && words.every((word) => title.toLowerCase().includes(word)),
  )
  const starts = ({ title }: Command) => (words[0] !== undefined && title.toLowerCase().startsWith(words[0]) ? 0 : 1)
  return found.toSorted((a, b) => starts(a) - starts(b))
}

/** In groups, in the order in which the groups first appear. */
export function grouped(commands: readonly Command[]): readonly (readonly [string, readonly Command[]])[] {
  const groups = new Map<string, Command[]>()
  for (const command of commands) groups.set(command.group, [...(groups.get(command.group) ?? []), command])
  return [...groups]
}
