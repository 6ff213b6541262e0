/** One session as tabs, panes and cards show it. */
import type { SessionInfo } from '@workshop/contracts/worker-api'
import type { SessionLook } from './session-look.ts'

export interface SessionRow {
  readonly info: SessionInfo
  readonly look: SessionLook
  /** What stands on its last written line. */
  readonly lastLine: string
  /** Output arrived while it was not shown. */
  readonly unread: boolean
  /** Epoch ms since when it waits for the person, when it does. */
  readonly waitsSince?: number | undefined
  /** Its name, from the program's own title where that says more than the agent's. */
  readonly title: string
}
