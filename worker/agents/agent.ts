/** What the worker must know of a coding agent (a CLI) to offer it: one file per agent beside this one. */
import type { AgentId, AgentInfo } from '@workshop/contracts/worker-api'
import type { Launch } from '../terminal/launch.ts'

/** What a session gives its agent. Paths are those of the worker; isolation rewrites them in what `launch` returns. */
export interface SessionContext {
  readonly sessionId: string
  readonly person: { readonly email: string; readonly displayName: string }
  /** HOME of the session. */
  readonly home: string
  /** The person's project folder, where a session starts; it sees it as `~/project` where isolation can show it there. */
  readonly project: string
  /** The worker's loopback gateway and this session's key to it. */
  readonly gateway: { readonly url: string; readonly key: string }
  readonly models: { readonly claude: string }
}

/** One agent. `prepare` writes configuration into the home once; `launch` says what to run, now or again. */
export interface Agent {
  readonly id: AgentId
  readonly title: string
  /** Can it be started on this worker? Looks, never installs. */
  readonly check: () => Promise<AgentInfo>
  readonly prepare: (context: SessionContext) => Promise<void>
  readonly launch: (context: SessionContext) => Promise<Launch>
}
