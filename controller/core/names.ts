/** Every name and path that a Workshop gets on the platform. They follow from the spec alone, so nothing must be remembered. Pure. */
import type { Workshop } from '@workshop/contracts/workshop'

/** Who owns what was made: stable over restarts, rebuilt clusters and lost state. */
export interface Identity {
  readonly controllerId: string
  readonly namespace: string
  readonly name: string
}

export interface Names {
  readonly hub: string
  /** By ordinal, the first is worker 1. */
  readonly workers: readonly string[]
  readonly scope: string
  /** Workspace folder of this Workshop. */
  readonly folder: string
  readonly bundles: string
  readonly fleetFile: string
}

/** Key of a secret scope that says whose it is; scopes have no description. */
export const ownerKey = '_workshop-operator-owner'

const markerStart = 'managed-by=workshop-operator; owner='

/** The ownership marker: an app's description, a token's comment, a scope's marker value. */
export function markerOf({ controllerId, namespace, name }: Identity): string {
  return `${markerStart}${controllerId}/${namespace}/${name}`
}

/** The owner that a marker text names; undefined when it is no marker. */
export function ownerIn(text: string): string | undefined {
  return text.startsWith(markerStart) ? text.slice(markerStart.length) : undefined
}

/** `namespace/name`. */
export function keyOf({ metadata }: Pick<Workshop, 'metadata'>): string {
  return `${metadata.namespace ?? 'default'}/${metadata.name}`
}

export function identityOf(controllerId: string, key: string): Identity {
  const [namespace = 'default', name = ''] = key.split('/')
  return { controllerId, namespace, name }
}

/** Names for `replicas` workers. `userName` is the controller's own, in whose home the folder lies. */
export function namesOf(
  { controllerId, namespace, name }: Identity,
  spec: { readonly prefix?: string | undefined; readonly replicas: number; readonly scope?: string | undefined },
  userName: string,
): Names {
  const prefix = spec.prefix ?? name
  // Two controllers of one user must not share a folder: each would take the other's apps off its readers.
  const owner = controllerId === 'default' ? '' : `${controllerId}/`
  const folder = `/Workspace/Users/${userName}/.workshop-operator/${owner}${namespace}.${name}`
  return {
    hub: `${prefix}-hub`,
    workers: Array.from({ length: spec.replicas }, (_, index) => `${prefix}-worker-${index + 1}`),
    scope: spec.scope ?? `${prefix}-workshop`,
    folder,
    bundles: `${folder}/bundle`,
    fleetFile: `${folder}/fleet.json`,
  }
}

/** 0 for a hub, n for `…-worker-n`, undefined for any other name. */
export function ordinalOf(app: string): number | undefined {
  const ordinal = /-worker-(\d+)$/.exec(app)?.[1]
  if (ordinal !== undefined) return Number(ordinal)
  return app.endsWith('-hub') ? 0 : undefined
}

/** Sibling of the token's key: what we know about the value without reading it. */
export function recordKeyOf(secretKey: string): string {
  return `${secretKey}.record`
}
