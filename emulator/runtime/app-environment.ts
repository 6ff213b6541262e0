/** The variables that an app is started with: those the platform documents, and nothing of the emulator's own. */

import { dirname } from 'node:path'

/** Where things of one launch are. */
export interface AppPlace {
  readonly port: number
  /** The app's own HOME. */
  readonly home: string
  /** Folders that come first in PATH, such as a virtual environment's. */
  readonly firstPaths: readonly string[]
  /** The Node that runs apps. */
  readonly node: string
}

/**
 * Documented variables of the Databricks Apps runtime. Servers are told to listen on 127.0.0.1, not 0.0.0.0: on a
 * developer's machine an app must not be reachable past the identity proxy.
 * @param variables of app.yaml and deployment; they cannot replace what the platform sets
 */
export function appEnvironment(
  place: AppPlace,
  platformEnv: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  const host = '127.0.0.1'
  const port = String(place.port)
  return {
    HOME: place.home,
    LANG: 'C.UTF-8',
    PATH: [...place.firstPaths, dirname(place.node), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    PYTHONUNBUFFERED: '1',
    UVICORN_HOST: host,
    UVICORN_PORT: port,
    FLASK_RUN_HOST: host,
    FLASK_RUN_PORT: port,
    GRADIO_SERVER_NAME: host,
    GRADIO_SERVER_PORT: port,
    STREAMLIT_SERVER_ADDRESS: host,
    STREAMLIT_SERVER_PORT: port,
    STREAMLIT_SERVER_HEADLESS: 'true',
    ...variables,
    ...platformEnv,
    PORT: port,
    DATABRICKS_APP_PORT: port,
  }
}

/** What npm and pip may know of the machine: caches, registry and proxy settings; no other variables. */
export function buildEnvironment(
  machine: Readonly<Record<string, string | undefined>>,
  node: string,
): Record<string, string> {
  const taken =
    /^(HOME|LANG|TMPDIR|XDG_CACHE_HOME|npm_config_(registry|cache|userconfig|globalconfig|cafile|offline|prefer_offline)|NPM_CONFIG_(REGISTRY|CACHE|USERCONFIG|CAFILE)|PIP_INDEX_URL|PIP_CACHE_DIR|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS|(https?|no|all)_proxy)$/i
  const kept = Object.entries(machine).flatMap(([name, value]) =>
    taken.test(name) && value !== undefined ? [[name, value] as const] : [],
  )
  return {
    ...Object.fromEntries(kept),
    PATH: `${dirname(node)}:${machine['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'}`,
  }
}
