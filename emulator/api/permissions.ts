/** `/api/2.0/permissions/{type}/{id}`: one API for the ACLs of apps, folders, files, notebooks, repos, endpoints, tokens. */
import { ApiError } from '../http/api-error.ts'
import { type Answer, bodyOf, type Call, listOf, ok } from '../http/call.ts'
import type { Route } from '../http/router.ts'
import { type AclEntry, type InheritedEntry, lacksPermission, mergeAcl, readAcl, renderAcl } from '../workspace/acl.ts'
import type { Caller } from '../workspace/credentials.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** One object that has an ACL. */
export interface Permissioned {
  /** `/apps/NAME`; also the key of its direct entries. */
  readonly objectId: string
  readonly objectType: string
  /** Level with its explanation, from low to high. */
  readonly levels: readonly { readonly level: string; readonly description: string }[]
  readonly inherited: readonly InheritedEntry[]
  readonly mayRead: (caller: Caller) => boolean
  readonly mayManage: (caller: Caller) => boolean
}

/** Finds the object of one type by its id; throws 404. */
export type PermissionedType = (id: string) => Permissioned

/** `types` is by the word in the path: `apps`, `directories` … */
export function permissionsRoutes(
  workspace: Workspace,
  types: Readonly<Record<string, PermissionedType>>,
): readonly Route[] {
  function find(call: Call): Permissioned {
    const type = call.params['type'] ?? ''
    const lookUp = Object.hasOwn(types, type) ? types[type] : undefined
    if (!lookUp) throw new ApiError(404, 'ENDPOINT_NOT_FOUND', `Objects of type ${type} have no permissions here.`)
    return lookUp(call.params['id'] ?? '')
  }

  function view(object: Permissioned): Answer {
    return ok({
      object_id: object.objectId,
      object_type: object.objectType,
      access_control_list: renderAcl(workspace.acls.of(object.objectId), object.inherited, workspace.principals),
    })
  }

  function read(call: Call): Answer {
    const object = find(call)
    if (!object.mayRead(call.caller)) throw lacksPermission(call.caller.principal, 'View', object.objectId)
    return view(object)
  }

  function write(
    call: Call,
    next: (held: readonly AclEntry[], sent: readonly AclEntry[]) => readonly AclEntry[],
  ): Answer {
    const object = find(call)
    if (!object.mayManage(call.caller)) throw lacksPermission(call.caller.principal, 'Manage', object.objectId)
    const levels = object.levels.map(({ level }) => level)
    const sent = readAcl(listOf(bodyOf(call), 'access_control_list'), levels, workspace.principals)
    workspace.acls.set(object.objectId, next(workspace.acls.of(object.objectId), sent))
    return view(object)
  }

  const pattern = '/api/2.0/permissions/:type/:id'
  const scope = 'iam.access-control'
  return [
    { method: 'GET', pattern, scope: `${scope}:read`, run: read },
    { method: 'PUT', pattern, scope, run: (call) => write(call, (_held, sent) => mergeAcl([], sent)) },
    { method: 'PATCH', pattern, scope, run: (call) => write(call, mergeAcl) },
    {
      method: 'GET',
      pattern: `${pattern}/permissionLevels`,
      scope: `${scope}:read`,
      run: (call) =>
        ok({
          permission_levels: find(call).levels.map(({ level, description }) => ({
            permission_level: level,
            description,
          })),
        }),
    },
  ]
}
