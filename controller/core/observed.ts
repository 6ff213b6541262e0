/** What the platform holds, as the plan needs it. Read fresh or lately; nothing here is our own memory. */
import type { FleetFile } from '@workshop/contracts/fleet-file'
import type { WorkerStatus } from '@workshop/contracts/worker-api'

/** An entry of an app's `resources` in the platform's own shape. */
export type Resource = Readonly<Record<string, unknown> & { name: string }>

/** One direct permission of one principal. Service principals are named by application id. */
export interface Grant {
  readonly principal: 'user' | 'group' | 'servicePrincipal'
  readonly name: string
  readonly level: string
}

export interface ObservedDeployment {
  readonly id: string
  /** IN_PROGRESS, SUCCEEDED, FAILED, CANCELLED. */
  readonly state: string
  readonly message: string
  readonly sourcePath: string
  readonly envNames: readonly string[]
}

export interface ObservedApp {
  readonly name: string
  readonly description: string
  readonly url: string
  readonly creator: string
  readonly computeSize: string
  /** STARTING ACTIVE UPDATING STOPPING STOPPED DELETING ERROR. */
  readonly compute: string
  readonly computeMessage: string
  /** RUNNING DEPLOYING CRASHED UNAVAILABLE. */
  readonly state: string
  readonly stateMessage: string
  /** Application id. */
  readonly servicePrincipal: string
  readonly resources: readonly Resource[]
  /** Declared and effective ones. Empty may mean that the platform does not show them. */
  readonly userApiScopes: readonly string[]
  readonly gitUrl: string
  readonly active?: ObservedDeployment
  readonly pending?: ObservedDeployment
  /** The newest deployment, read only where the app does not run what it should. */
  readonly latest?: ObservedDeployment
  /** Direct ones; undefined: not looked at yet. */
  readonly grants?: readonly Grant[]
  /** The app's own answer; undefined: could not be asked (only a PAT), `null`: asked and silent. */
  readonly probe?: WorkerStatus | null
  /** Epoch ms since when it takes no new sessions on our request. */
  readonly drainingSince?: number
}

export interface ObservedToken {
  readonly id: string
  readonly createdAt: number
  readonly expiresAt: number
}

/** Content of the record key: what is known of the stored value without reading it. */
export interface TokenRecord {
  /** Absent for a token that was given to us. */
  readonly tokenId?: string
  /** Epoch ms. */
  readonly createdAt: number
  /** Epoch ms; absent: never, or unknown. */
  readonly expiresAt?: number
  /** Hex SHA-256 of the value. */
  readonly sha256: string
}

export interface ObservedScope {
  /** Text of the marker key; undefined without one. */
  readonly owner?: string
  readonly keys: readonly string[]
  readonly record?: TokenRecord
  /** Hex SHA-256 of what lies under the token's key now. */
  readonly valueSha256?: string
}

export interface ObservedFolder {
  readonly objectId: string
  readonly grants: readonly Grant[]
}

export interface ObservedBundle {
  readonly hash: string
  /** Its last file was written. */
  readonly complete: boolean
  readonly modifiedAt: number
}

export interface Observed {
  /** Epoch ms. */
  readonly at: number
  /** Every app of the workspace by name. */
  readonly apps: ReadonlyMap<string, ObservedApp>
  /** Undefined: there is no such scope. */
  readonly scope: ObservedScope | undefined
  /** Tokens whose comment is our marker. */
  readonly tokens: readonly ObservedToken[]
  readonly folder: ObservedFolder | undefined
  readonly bundles: readonly ObservedBundle[]
  readonly fleetFile: FleetFile | undefined
}

/** Absent means gone or going: a deleted app is listed for up to 20 minutes with compute DELETING. */
export function isGone(app: ObservedApp | undefined): boolean {
  return app === undefined || app.compute === 'DELETING'
}
