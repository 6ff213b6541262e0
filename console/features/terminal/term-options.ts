/** What TermClient takes and tells: the types that the component on top works with. */
import type { TerminalExit, TerminalRole, TtyState } from '@workshop/contracts/terminal-protocol'
import type { TermScreen } from './output-feed.ts'

/** What a connection tells its owner. `close` comes exactly once, `open` and `message` never after it. */
export interface SocketEvents {
  readonly open: () => void
  readonly message: (bytes: Uint8Array) => void
  readonly close: (code: number, reason: string) => void
}

/** One connection attempt. */
export interface TermSocket {
  readonly send: (bytes: Uint8Array<ArrayBuffer>) => void
  /** Ends it; `close` of the events still comes. */
  readonly close: () => void
}

export type Connect = (events: SocketEvents) => TermSocket

/** Why a terminal is over. Only `exit` can come back to life, when its program is restarted. */
export type TermEnd =
  | { readonly why: 'exit'; readonly exit: TerminalExit }
  | { readonly why: 'closed' | 'gone' | 'forbidden' | 'replaced' }

export type TermState =
  | { readonly name: 'preparing' }
  | { readonly name: 'connecting' }
  | { readonly name: 'live' }
  /** `retryAt` is in the clock's milliseconds; absent while an attempt is under way. */
  | { readonly name: 'reconnecting'; readonly attempt: number; readonly retryAt?: number; readonly message: string }
  | { readonly name: 'ended'; readonly end: TermEnd }

/** What the client tells. Sizes are the session's: render exactly these and letterbox the rest. */
export interface TermEvents {
  readonly state?: (state: TermState) => void
  readonly size?: (size: { readonly cols: number; readonly rows: number; readonly own: boolean }) => void
  readonly title?: (title: string) => void
  /** How many look, and who of them only looks on. */
  readonly viewers?: (count: number, watching: readonly string[]) => void
  /** How the program has set its terminal; never called when the worker cannot tell. */
  readonly tty?: (state: TtyState) => void
  readonly draining?: (message: string) => void
  readonly warning?: (message: string) => void
  /** The program does not read; `queued` bytes of typing wait for it. Offer `dropInput`. */
  readonly stall?: (stall: { readonly on: boolean; readonly queued: number }) => void
  /** Typing that was thrown away: a new program started, or the queue was full. */
  readonly inputDropped?: (bytes: number) => void
  /** The worker has written everything before this input byte to the terminal. */
  readonly taken?: (end: number) => void
  /** Measured round trip. */
  readonly roundTrip?: (ms: number) => void
}

/** Time from outside; `after` gives a function that cancels. */
export interface TermClock {
  readonly now: () => number
  readonly after: (ms: number, run: () => void) => () => void
}

export interface TermClientOptions {
  readonly session: string
  /** Random, new per page load: two pages with one id would take the terminal from one another. */
  readonly clientId: string
  readonly role: TerminalRole
  readonly size: { readonly cols: number; readonly rows: number; readonly visible: boolean }
  /** Output that may be on its way, in bytes; the usual 256 KB when absent. */
  readonly window?: number
  readonly connect: Connect
  readonly screen: TermScreen
  readonly events: TermEvents
  readonly clock: TermClock
  /** 0 ≤ x < 1 */
  readonly random: () => number
}
