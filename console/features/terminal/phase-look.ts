/** The states of a terminal in words: the four of a connection and the end. Pure. */
import type { StateView } from '../../ui/state-look.ts'
import type { TermState } from './term-options.ts'

/** Seconds until the next attempt, never below 1: "0 s" reads as broken. */
export function secondsLeft(retryAt: number | undefined, now: number): number | undefined {
  return retryAt === undefined ? undefined : Math.max(1, Math.ceil((retryAt - now) / 1000))
}

/** What the head of a pane says about its connection; undefined while all is well. */
export function phaseLook(phase: TermState, now: number): StateView | undefined {
  switch (phase.name) {
    case 'preparing':
      return { family: 'prog', word: 'preparing' }
    case 'connecting':
      return { family: 'prog', word: 'connecting' }
    case 'reconnecting': {
      const left = secondsLeft(phase.retryAt, now)
      return { family: 'drift', word: left === undefined ? 'reconnecting' : `reconnecting, ${left} s` }
    }
    case 'live':
    case 'ended':
      return undefined
  }
}

/** Why a terminal is over although its program did not end here, in a sentence; undefined when the program ended. */
export function lostSentence(phase: TermState): string | undefined {
  if (phase.name !== 'ended' || phase.end.why === 'exit') return undefined
  return {
    closed: 'This session was ended.',
    gone: 'The worker no longer knows this session; it restarted or the session was ended.',
    forbidden: 'This session belongs to somebody else.',
    replaced: 'This page opened the terminal a second time.',
  }[phase.end.why]
}
