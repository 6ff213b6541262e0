/** The shapes of Kubernetes objects as far as the controller reads them, and where they live. Pure. */

export interface ObjectMeta {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly resourceVersion: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly finalizers?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly { readonly uid: string }[]
}

export interface KubeObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: ObjectMeta
}

export interface KubeList<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string }
  readonly items: readonly T[] | null
}

/** One kind in the API: `apis/vibeworkshop.dev/v1alpha1` and `workshops`. */
export interface Resource {
  readonly api: string
  readonly plural: string
}

export const workshops: Resource = { api: 'apis/vibeworkshop.dev/v1alpha1', plural: 'workshops' }
export const workshopRooms: Resource = { api: 'apis/vibeworkshop.dev/v1alpha1', plural: 'workshoprooms' }
export const secrets: Resource = { api: 'api/v1', plural: 'secrets' }
export const configMaps: Resource = { api: 'api/v1', plural: 'configmaps' }
export const events: Resource = { api: 'apis/events.k8s.io/v1', plural: 'events' }
export const leases: Resource = { api: 'apis/coordination.k8s.io/v1', plural: 'leases' }

/** Path of a collection, in one namespace or in all. */
export function collectionPath({ api, plural }: Resource, namespace?: string): string {
  return namespace === undefined ? `/${api}/${plural}` : `/${api}/namespaces/${encodeURIComponent(namespace)}/${plural}`
}

/** Path of one object; `sub` is a subresource such as `status`. */
export function objectPath(resource: Resource, namespace: string, name: string, sub?: string): string {
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}${sub === undefined ? '' : `/${sub}`}`
}

/** The group and version of our own kinds. */
export const ownApiVersion = 'vibeworkshop.dev/v1alpha1'
/** Field manager of everything that the controller writes. */
export const fieldManager = 'workshop-operator'
/** What makes a PATCH a server-side apply. */
export const applyType = 'application/apply-patch+yaml'

/** The call that applies a status; with the uid an object that was made anew in the meantime refuses that of the old one. */
export function statusApply(kind: string, resource: Resource, { namespace, name, uid }: ObjectMeta, status: unknown) {
  return {
    method: 'PATCH',
    path: objectPath(resource, namespace, name, 'status'),
    query: { fieldManager, force: true },
    contentType: applyType,
    body: { apiVersion: ownApiVersion, kind, metadata: { name, namespace, uid }, status },
    maxTries: 2,
  } as const
}

/** What an object says that belongs to a Workshop and goes with it. */
export function ownedBy({ metadata: { name, uid } }: KubeObject) {
  return { apiVersion: ownApiVersion, kind: 'Workshop', name, uid, controller: true, blockOwnerDeletion: false }
}

/** `namespace/name`. */
export function keyOfMeta({ namespace, name }: Pick<ObjectMeta, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`
}
