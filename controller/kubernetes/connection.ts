/** The one connection to a cluster, opened when it is first needed and shared by source, registry and election. */
import type { Clock } from '../databricks/client/clock.ts'
import { KubeApi, type KubeApiOptions } from './api.ts'
import { type ClusterLogin, findCluster, type LoginSources } from './login.ts'

export interface ConnectionOptions extends LoginSources {
  readonly clock: Clock
  readonly random: () => number
  readonly onCall?: NonNullable<KubeApiOptions['onCall']>
  readonly mayWrite?: () => boolean
  /** Of one attempt, ms. */
  readonly timeoutMs?: number | undefined
}

export interface Connected {
  readonly api: KubeApi
  readonly login: ClusterLogin
}

export class Connection {
  readonly #options: ConnectionOptions
  #connected: Promise<Connected> | undefined

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  /** Reads the kubeconfig at the first call. Throws WO-3004. */
  open(): Promise<Connected> {
    this.#connected ??= this.#connect()
    return this.#connected
  }

  async close(): Promise<void> {
    const connected = await this.#connected?.catch(() => undefined)
    connected?.api.close()
  }

  async #connect(): Promise<Connected> {
    const { clock, random, onCall, mayWrite, timeoutMs, ...sources } = this.#options
    const relogin = () => findCluster(sources)
    const login = await relogin()
    const further = {
      ...(onCall ? { onCall } : {}),
      ...(mayWrite ? { mayWrite } : {}),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    }
    return { login, api: new KubeApi({ login, relogin, clock, random, ...further }) }
  }
}
