/** What the registry keeps of a session, and what it is made of. */
import type { FleetFile } from '@workshop/contracts/fleet-file'
import type { TerminalRole } from '@workshop/contracts/terminal-protocol'
import type { SessionState } from '@workshop/contracts/worker-api'
import type { RunningTerminal, SessionLauncher, SessionOrder } from './launcher.ts'

/** One session as the registry keeps it. */
export interface Session<T extends RunningTerminal> {
  readonly order: SessionOrder
  /** What its owner called it; empty: the program's own title. */
  readonly name: string
  readonly createdAt: number
  state: SessionState
  endedAt: number | undefined
  exit: { readonly code: number; readonly signal: number } | undefined
  terminal: T | undefined
  /** Its owner lets facilitators look on. */
  watchable: boolean
}

/** A session, and what its visitor may do there. */
export interface Seen<T extends RunningTerminal> {
  readonly session: Session<T>
  readonly as: TerminalRole
}

/** What the registry needs; `now` is epoch ms, `rules` those of the fleet file in hand. */
export interface RegistryOptions<T extends RunningTerminal> {
  readonly launcher: SessionLauncher<T>
  readonly rules: () => FleetFile['sessions'] | undefined
  readonly isDraining: () => boolean
  /** When the room closes, epoch ms. */
  readonly closesAt?: () => number | undefined
  readonly now: () => number
  /** What went wrong while taking a session down: nobody waits for that, and the session is gone all the same. */
  readonly onProblem: (error: unknown) => void
  readonly onEnd: (order: SessionOrder, why: 'exit' | 'idle' | 'removed') => void
  /** Somebody asked for a session that is another person's; they are told that there is none. */
  readonly onForeign: (email: string) => void
}
