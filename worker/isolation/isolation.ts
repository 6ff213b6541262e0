/** Keeps sessions of one worker apart. Levels are found by trying them at start, never by asking for versions. */
import type { IsolationReport } from '@workshop/contracts/worker-api'
import type { Launch } from '../terminal/launch.ts'

/** What one session may see. */
export interface Confinement {
  /** Writable; everything else of other sessions and of the worker is out of sight. */
  readonly home: string
  /** Private temp folder of the session. */
  readonly tmp: string
  /** Readable beside the system: agent binaries, skills. */
  readonly readOnly: readonly string[]
}

/** A level that starts on this machine. */
export interface Isolation {
  readonly report: IsolationReport
  /** The same program inside the walls. */
  readonly wrap: (launch: Launch, confinement: Confinement) => Launch
}
