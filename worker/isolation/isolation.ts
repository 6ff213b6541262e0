/** Keeps sessions of one worker apart. Levels are found by trying them at start, never by asking for versions. */
import type { IsolationReport } from '@workshop/contracts/worker-api'
import type { Launch } from '../terminal/launch.ts'

/** What one session may see; paths as the worker knows them. */
export interface Confinement {
  /** Writable; everything else of other sessions and of the worker is out of sight. */
  readonly home: string
  /** The person's project folder, shared by that person's sessions; a session sees it as `~/project`. Writable. */
  readonly project: string
  /** Private temp folder of the session; a session sees it as its TMPDIR. Writable. */
  readonly tmp: string
  /** What was uploaded for the session; readable. */
  readonly uploads?: string
  /** Readable beside the system, at the same path: agent binaries, Node, Python. */
  readonly readOnly: readonly string[]
}

/** A level that starts on this machine. */
export interface Isolation {
  readonly report: IsolationReport
  /**
   * The same program inside the walls. Everything in `launch` names paths as the worker knows them; where the session
   * sees a folder elsewhere, arguments, environment and working directory are rewritten. Sets TMPDIR.
   */
  readonly wrap: (launch: Launch, confinement: Confinement) => Launch
  /** Where a session sees its folder of uploads, which is `folder` for the worker. */
  readonly seenUploads: (folder: string) => string
}
