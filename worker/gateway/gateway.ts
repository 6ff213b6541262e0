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
}

/** A running gateway. */
export interface Gateway {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** A new key; only its hash is kept. */
  readonly issueKey: (owner: KeyOwner) => string
  /** Ends every key of the session at once. */
  readonly revoke: (sessionId: string) => void
  readonly close: () => Promise<void>
}
