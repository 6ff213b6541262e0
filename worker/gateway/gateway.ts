/** The worker's loopback gateway: the only way from a session to models and workspace. Sessions hold a key, never a token. */

/** Who is behind a session key. */
export interface KeyOwner {
  readonly sessionId: string
  readonly email: string
}

/** What the gateway needs from outside. */
export interface GatewayOptions {
  /** Workspace origin, `https://…`, no trailing slash. */
  readonly workspaceUrl: string
  /** The shared model token, read anew for each request so that a renewed one is taken without a restart. */
  readonly modelToken: () => string | undefined
  /** The participant's own forwarded token, kept in memory from the last request of that person's browser. */
  readonly userToken: (email: string) => string | undefined
  /** Claude's model names → serving endpoint. */
  readonly models: () => { readonly claude: string }
  /** One call per finished request. */
  readonly log?: (entry: GatewayEntry) => void
}

/** All that is ever written down about a request: no header, no body, no query. */
export interface GatewayEntry {
  /** Absent when the key was not known. */
  readonly session?: string
  readonly side: 'models' | 'workspace'
  readonly method: string
  /** Without query, at most 200 characters. */
  readonly path: string
  readonly status: number
  readonly durationMs: number
  readonly inputTokens?: number
  readonly outputTokens?: number
  /** The client went away before the answer was complete. */
  readonly aborted?: true
}

/** What one session has used of the models since it began. */
export interface Usage {
  readonly requests: number
  /** Tokens, cached ones included. */
  readonly inputTokens: number
  readonly outputTokens: number
}

/** A running gateway. */
export interface Gateway {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** A new key; only its hash is kept. */
  readonly issueKey: (owner: KeyOwner) => string
  /** Ends every key of the session at once, and what is under way with them. */
  readonly revoke: (sessionId: string) => void
  /** Zeros for a session that is not known or was revoked. */
  readonly usage: (sessionId: string) => Usage
  readonly close: () => Promise<void>
}
