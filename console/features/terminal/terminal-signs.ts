/**
 * What every terminal of the page tells and takes, by session: tabs, cards and the guide read and use it here. Lives as
 * long as the page; an entry lives as long as its terminal is mounted.
 */
import { reactive } from 'vue'
import type { TermState } from './term-options.ts'
import type { TransportName } from './transport.ts'

/** What a terminal tells. */
export interface TerminalSigns {
  phase: TermState
  title: string
  lastLine: string
  /** Epoch ms. */
  lastOutputAt: number | undefined
  /** Epoch ms since when the program waits: it rang and nobody typed since. */
  waitsSince: number | undefined
  unread: boolean
  viewers: number
  /** E-mail addresses of facilitators who look on. */
  watching: readonly string[]
  /** Bytes of typing that the program has not taken. */
  stalled: number
  /** False while another viewer's size counts. */
  ownSize: boolean
  /** The program gets whole lines from the kernel (canonical mode). */
  canonical: boolean
  /** How it is connected: plain requests where WebSockets cannot be had. */
  transport: TransportName
  /** What the worker wants said: a drain, a warning. */
  message: string
  /** Typing that reached no program; empty once it was read. */
  lost: string
  /** Where its search stands; undefined while nothing is searched. */
  found: Found | undefined
}

/** Where a search stands: the `at`-th of `count` matches, from 1; `count` 0 when there is none. */
export interface Found {
  readonly at: number
  readonly count: number
}

/** What a terminal takes. */
export interface TerminalControls {
  /** Writes text as one paste, then presses Enter. */
  readonly submit: (text: string) => void
  /** Types bytes as they are. */
  readonly type: (bytes: string) => void
  readonly paste: (text: string) => void
  readonly focus: () => void
  readonly blur: () => void
  readonly reconnect: () => void
  readonly takeSize: () => void
  readonly dropInput: () => void
  readonly search: (text: string, back: boolean) => void
  readonly clearSearch: () => void
  /** Everything that is in the buffer, as plain text. */
  readonly text: () => string
  /** Whether arrows are sent in application mode. */
  readonly applicationKeys: () => boolean
}

export const terminalSigns = reactive(new Map<string, TerminalSigns>())
const controls = new Map<string, TerminalControls>()

export function terminalControls(session: string | undefined): TerminalControls | undefined {
  return session === undefined ? undefined : controls.get(session)
}

/** Enters a terminal; returns its signs to be written to. */
export function enterTerminal(session: string, takes: TerminalControls): TerminalSigns {
  controls.set(session, takes)
  terminalSigns.set(session, {
    phase: { name: 'preparing' },
    title: '',
    lastLine: '',
    lastOutputAt: undefined,
    waitsSince: undefined,
    unread: false,
    viewers: 1,
    watching: [],
    stalled: 0,
    ownSize: true,
    canonical: false,
    transport: 'socket',
    message: '',
    lost: '',
    found: undefined,
  })
  return terminalSigns.get(session) as TerminalSigns
}

/** Lets a terminal go, unless a newer one took its place. */
export function leaveTerminal(session: string, takes: TerminalControls): void {
  if (controls.get(session) !== takes) return
  controls.delete(session)
  terminalSigns.delete(session)
}
