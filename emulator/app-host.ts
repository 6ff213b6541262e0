/**
 * The seam between the control plane (which app should run what) and the machine (processes, installs, ports).
 * The control plane owns states and messages; the host owns processes and says what became of them.
 */

/** One deployment to bring up. */
export interface AppLaunch {
  readonly app: string
  readonly deploymentId: string
  /** A local folder that holds this deployment's own copy of the source; the host may add to it (node_modules). */
  readonly sourceDir: string
  /** Overrides app.yaml when given. */
  readonly command?: readonly string[]
  /** From the deployment; `valueFrom` names an app resource. They win over app.yaml's. */
  readonly envVars: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: string }[]
  /** What the platform injects (DATABRICKS_APP_NAME, DATABRICKS_CLIENT_ID …), without the port variables, which the host adds. */
  readonly platformEnv: Readonly<Record<string, string>>
  /** Value of an app resource, or undefined when there is none of that name. */
  readonly resourceValue: (resourceName: string) => string | undefined
  /** Ends the launch early, also in the middle of an install; `launch` rejects then and nothing of it is left. */
  readonly signal?: AbortSignal
  /**
   * Await this after the install and build steps, straight before the app's own process is spawned: it stops the process
   * that the deployment replaces, so that two generations of one app never run side by side.
   */
  readonly beforeStart?: () => Promise<void>
  /** Short words for the deployment's status message: `Installing dependencies`, `Starting app` … */
  readonly onProgress: (message: string) => void
  /** The process ended without having been asked to. */
  readonly onExit: (exit: {
    readonly code: number | null
    readonly signal: string | null
    readonly lastLines: readonly string[]
  }) => void
}

/** A running app. */
export interface RunningApp {
  readonly pid: number
  /** Where it listens on 127.0.0.1. */
  readonly port: number
  /** SIGTERM to the process group, SIGKILL after 15 s; resolves when nothing of the group is left. */
  readonly stop: () => Promise<void>
}

/** Runs apps. `launch` resolves when the app listens; it rejects with a message fit for a deployment status. */
export interface AppHost {
  readonly launch: (launch: AppLaunch) => Promise<RunningApp>
  /** Log lines of an app, oldest first, for /logz. */
  readonly logs: (
    app: string,
  ) => readonly { readonly source: 'APP' | 'SYSTEM'; readonly timestamp: number; readonly message: string }[]
  /** Calls back for every new log line of an app until the returned function is called. */
  readonly followLogs?: (
    app: string,
    follower: (line: {
      readonly source: 'APP' | 'SYSTEM'
      readonly timestamp: number
      readonly message: string
    }) => void,
  ) => () => void
  /** Drops an app's log, as the platform does when compute stops. */
  readonly forgetLogs?: (app: string) => void
  readonly close: () => Promise<void>
}

/** What the identity proxy asks the control plane. */
export interface ProxyDirectory {
  /** Where the app listens, or why it cannot be reached: `unknown` 404, `down` 503. */
  readonly target: (app: string) => { readonly port: number } | 'unknown' | 'down'
  /** May this principal (e-mail or application id) open the app? */
  readonly mayUse: (app: string, principal: string) => boolean
  /** Who is behind an OAuth bearer; undefined for PATs and unknown tokens, which the proxy refuses. */
  readonly oauthPrincipal: (token: string) => string | undefined
  /** People that the sign-in page lists for this app. */
  readonly people: (app: string) => readonly { readonly email: string; readonly displayName: string }[]
  /** A user token for X-Forwarded-Access-Token, limited to the app's effective scopes; undefined when user authorization is off. */
  readonly forwardedToken: (app: string, email: string) => string | undefined
}
