/** What a TermClient tells, written to the signs of its terminal. */
import { count } from '../../ui/time-words.ts'
import type { TypeAhead } from './predict/type-ahead.ts'
import { safeTitle } from './screen-text.ts'
import type { TermEvents, TermState } from './term-options.ts'
import type { TerminalSigns } from './terminal-signs.ts'

export interface ClientEventsSeam {
  readonly signs: TerminalSigns
  readonly ahead: Pick<TypeAhead, 'forget' | 'flags' | 'taken' | 'roundTrip'>
  readonly onPhase: (phase: TermState) => void
  /** `own`: the size is this page's, not another window's. */
  readonly onSize: (own: boolean) => void
}

export function clientEvents({ signs, ahead, onPhase, onSize }: ClientEventsSeam): TermEvents {
  const say = (message: string) => {
    signs.message = message
  }
  return {
    state: (phase) => {
      signs.phase = phase
      if (phase.name === 'live') say('')
      else ahead.forget()
      onPhase(phase)
    },
    title: (title) => {
      signs.title = safeTitle(title)
    },
    viewers: (viewers, watching) => {
      signs.viewers = viewers
      signs.watching = watching
    },
    size: ({ own }) => {
      signs.ownSize = own
      onSize(own)
    },
    tty: (state) => {
      signs.canonical = state.canonical
      ahead.flags(state)
    },
    taken: (end) => ahead.taken(end),
    roundTrip: (ms) => ahead.roundTrip(ms),
    stall: ({ on, queued }) => {
      signs.stalled = on ? queued : 0
    },
    inputDropped: (bytes) => {
      signs.lost = `${count(bytes, 'byte')} of typing reached no program: it was meant for one that is over.`
    },
    draining: say,
    warning: say,
  }
}
