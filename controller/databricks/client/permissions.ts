/** Object permissions: apps by name, workspace folders by object id. PATCH merges, PUT replaces every direct entry. */
import type { Http } from './http.ts'

/** Exactly one principal is set. A service principal is named by its application id. */
export interface PermissionEntry {
  readonly user_name?: string
  readonly group_name?: string
  readonly service_principal_name?: string
  readonly permission_level: string
}

export type PermissionObject = `apps/${string}` | `directories/${string}`

interface RawEntry {
  readonly user_name?: string
  readonly group_name?: string
  readonly service_principal_name?: string
  readonly all_permissions?: readonly { readonly permission_level: string; readonly inherited?: boolean }[]
}

/** Direct entries only; what is inherited is not ours to compare. */
export async function getPermissions(http: Http, object: PermissionObject): Promise<readonly PermissionEntry[]> {
  const answer = await http.json({ method: 'GET', path: permissionsPath(object) })
  return ((answer['access_control_list'] ?? []) as readonly RawEntry[]).flatMap((entry) =>
    (entry.all_permissions ?? [])
      .filter(({ inherited }) => inherited !== true)
      .map(({ permission_level }) => ({ ...principalOf(entry), permission_level })),
  )
}

export async function addPermissions(
  http: Http,
  object: PermissionObject,
  entries: readonly PermissionEntry[],
): Promise<void> {
  const body = { access_control_list: entries }
  await http.json({ method: 'PATCH', path: permissionsPath(object), body, idempotent: true })
}

export async function setPermissions(
  http: Http,
  object: PermissionObject,
  entries: readonly PermissionEntry[],
): Promise<void> {
  await http.json({ method: 'PUT', path: permissionsPath(object), body: { access_control_list: entries } })
}

function permissionsPath(object: PermissionObject): string {
  const [type, id = ''] = object.split('/')
  return `/api/2.0/permissions/${type}/${encodeURIComponent(id)}`
}

function principalOf({ user_name, group_name, service_principal_name }: RawEntry) {
  if (user_name !== undefined) return { user_name }
  return group_name === undefined ? { service_principal_name: service_principal_name ?? '' } : { group_name }
}
