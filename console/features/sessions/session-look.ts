/**
 * What a session is doing, in the words of the house, from what the worker says and what its terminal showed. A shell
 * never "needs you": programs in it ring for many reasons. Pure.
 */
import type { SessionInfo } from '@workshop/contracts/worker-api'
import type { StateView } from '../../ui/state-look.ts'

/** What the terminal of a session knows beyond the worker's list. */
export interface TerminalSigns {
  /** Epoch ms of the last output byte that was seen here. */
  readonly lastOutputAt?: number | undefined
  /** The program rang and nobody typed since. */
  readonly rang: boolean
  readonly exit?: { readonly code: number; readonly signal: number } | undefined
}

export type SessionMood = 'needs' | 'preparing' | 'working' | 'idle' | 'ended'

export interface SessionLook {
  readonly mood: SessionMood
  readonly state: StateView
}

/** Output younger than this, ms, counts as work; agents repaint their spinner every 100 to 300 ms. */
const workingMs = 3_000

export function sessionLook(session: SessionInfo, signs: TerminalSigns | undefined, now: number): SessionLook {
  const exit = session.exit ?? signs?.exit
  if (session.state === 'exited' || exit) return { mood: 'ended', state: exitState(exit) }
  if (session.state === 'preparing') return { mood: 'preparing', state: { family: 'prog', word: 'preparing' } }
  if (signs?.rang && session.agent !== 'shell') {
    return { mood: 'needs', state: { family: 'drift', sign: 'needs', word: 'needs you' } }
  }
  const last = Math.max(
    signs?.lastOutputAt ?? 0,
    session.lastOutputAt === undefined ? 0 : Date.parse(session.lastOutputAt),
  )
  if (now - last < workingMs) return { mood: 'working', state: { family: 'prog', sign: 'working', word: 'working' } }
  return { mood: 'idle', state: { family: 'unk', sign: 'idle', word: 'idle' } }
}

/** Ended well is quiet, ended badly is red. */
export function exitState(exit: { readonly code: number; readonly signal: number } | undefined): StateView {
  if (!exit) return { family: 'unk', sign: 'exit', word: 'ended' }
  if (exit.signal > 0) return { family: 'bad', word: `killed, signal ${exit.signal}` }
  return exit.code === 0
    ? { family: 'unk', sign: 'exit', word: 'exited 0' }
    : { family: 'bad', word: `exited ${exit.code}` }
}

/** The exit in a sentence for the strip under the last screen. 9 and 15 are SIGKILL and SIGTERM, 137 is 128 + 9. */
export function exitSentence(exit: { readonly code: number; readonly signal: number } | undefined): string {
  if (!exit) return 'The session has ended.'
  if (exit.signal === 9 || exit.code === 137) return 'Killed, most likely for want of memory.'
  if (exit.signal === 15 || exit.code === 143) return 'Stopped from outside.'
  if (exit.signal > 0) return `Ended by signal ${exit.signal}.`
  return exit.code === 0 ? 'Ended, exit 0.' : `Ended with an error, exit ${exit.code}.`
}

const rank: Readonly<Record<SessionMood, number>> = { needs: 0, preparing: 1, working: 2, idle: 3, ended: 4 }

/** Cards show first who needs somebody; equal ones keep the order of the tabs. */
export function byNeed<T extends { readonly look: SessionLook }>(rows: readonly T[]): readonly T[] {
  return rows.toSorted((a, b) => rank[a.look.mood] - rank[b.look.mood])
}
