/** What the registry needs of a session's inside: home, agent, walls and terminal come together behind this. */
import type { AgentId, IsolationLevel, IsolationReport } from '@workshop/contracts/worker-api'

/** One session as ordered; the same for its whole life, restarts included. */
export interface SessionOrder {
  readonly id: string
  readonly owner: { readonly email: string; readonly displayName: string }
  readonly agent: AgentId
  readonly cols: number
  readonly rows: number
}

/** A running or ended program in a terminal. Times are epoch ms. */
export interface RunningTerminal {
  readonly viewers: () => number
  readonly lastOutputAt: () => number | undefined
  readonly lastInputAt: () => number | undefined
  /** The title that the program set; empty when it set none. */
  readonly title: () => string
  /** Resolves once, when the program is gone. */
  readonly ended: Promise<{ readonly code: number; readonly signal: number }>
  /** Lets those go who only look on. */
  readonly dropWatchers: () => void
  /** Tells viewers that the worker goes away. */
  readonly announceDraining: () => void
  /** Ends every process of the session: SIGHUP, then SIGKILL after `graceMs`. Resolves when nothing is left. */
  readonly stop: (graceMs: number) => Promise<void>
  /** Closes viewers with this WebSocket code and frees the terminal's memory. The program must be gone. */
  readonly close: (webSocketCode: number) => void
}

/** A folder that only the worker writes. Absolute paths. */
export interface UploadFolder {
  readonly folder: string
  readonly seen: string
}

/** What only the list of sessions shows. */
export interface SessionAbout {
  /** What its owner called it; empty: the program's own title. */
  readonly name: string
  /** Epoch ms. */
  readonly createdAt: number
}

/** Builds and takes down what is around a terminal. */
export interface SessionLauncher<T extends RunningTerminal> {
  readonly isolation: IsolationReport & { readonly level: IsolationLevel }
  /** What people call the agent. */
  readonly titleOf: (agent: AgentId) => string
  /** Home, agent configuration, gateway key. Once per session. */
  readonly prepare: (order: SessionOrder, about: SessionAbout) => Promise<void>
  /** What a crash of this worker's last process left behind, as ended. Once, before anything is prepared. */
  readonly saved: () => Promise<readonly (SessionAbout & { readonly order: SessionOrder; readonly terminal: T })[]>
  /** Starts the program, the first time or again. */
  readonly launch: (order: SessionOrder) => Promise<T>
  /** Where files for the session are put, and where the session sees them. */
  readonly uploads: (order: SessionOrder) => UploadFolder
  /** Takes back what `prepare` made; safe to call when it failed half way. */
  readonly discard: (order: SessionOrder) => Promise<void>
}
