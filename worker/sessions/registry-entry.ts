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

/** Who asks for a session, and what they are to the workshop. */
export interface Visitor {
  readonly email: string
  readonly role: string
}

/** Does its owner let this person, who is another, look on? */
export function isShownTo({ watchable, order }: Session<RunningTerminal>, { email, role }: Visitor): boolean {
  return watchable && role === 'facilitator' && order.owner.email !== email
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

/** Does its program run, or is it about to? */
export const isRunning = ({ state }: { readonly state: SessionState }) => state !== 'exited'

/** What hasIdled judges by. */
export function activityOf<T extends RunningTerminal>({ terminal, createdAt, endedAt, state }: Session<T>) {
  return {
    viewers: terminal?.viewers() ?? 0,
    preparing: state === 'preparing',
    lastAt: Math.max(createdAt, endedAt ?? 0, terminal?.lastOutputAt() ?? 0, terminal?.lastInputAt() ?? 0),
  }
}
