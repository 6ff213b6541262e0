/** Handing out permissions. One person whom the workspace does not know must not cost the others theirs. */
import { type Problem, WorkshopError } from '@workshop/contracts/errors'
import type { Grant } from '../core/observed.ts'
import { CallError } from './client/call-error.ts'
import type { Http } from './client/http.ts'
import { addPermissions, type PermissionEntry, type PermissionObject, setPermissions } from './client/permissions.ts'

/**
 * Adds grants in one call. When the platform refuses it because of somebody in it, the list is halved until everybody
 * else has theirs; the ones left over are thrown as WO-2040.
 */
export async function createGrants(http: Http, object: PermissionObject, grants: readonly Grant[]): Promise<void> {
  const unknown = await grantAll(http, object, grants)
  if (unknown.length > 0) throw new WorkshopError(unknown)
}

export async function replaceGrants(http: Http, object: PermissionObject, grants: readonly Grant[]): Promise<void> {
  await setPermissions(http, object, grants.map(entryOf))
}

async function grantAll(http: Http, object: PermissionObject, grants: readonly Grant[]): Promise<readonly Problem[]> {
  if (grants.length === 0) return []
  try {
    await addPermissions(http, object, grants.map(entryOf))
    return []
  } catch (error) {
    if (!(error instanceof CallError) || !isAboutSomebody(error)) throw error
    const [only] = grants
    if (grants.length === 1 && only) {
      return [{ code: 'WO-2040', message: `${only.name}: ${error.platformMessage}`, where: object }]
    }
    const half = Math.ceil(grants.length / 2)
    const first = await grantAll(http, object, grants.slice(0, half))
    return [...first, ...(await grantAll(http, object, grants.slice(half)))]
  }
}

/** A refusal that names a principal, not the object. The object's own 404 speaks of the app or the path. */
function isAboutSomebody({ status, platformMessage }: CallError): boolean {
  return (status === 400 || status === 404) && /principal|user|group/i.test(platformMessage)
}

function entryOf({ principal, name, level: permission_level }: Grant): PermissionEntry {
  if (principal === 'user') return { user_name: name, permission_level }
  if (principal === 'group') return { group_name: name, permission_level }
  return { service_principal_name: name, permission_level }
}
