/** `/api/2.0/preview/scim/v2`: Me, Users, Groups (nested), ServicePrincipals. */
import { ApiError } from '../http/api-error.ts'
import { type Answer, bodyOf, type Call, type Fields, ok, optionalText } from '../http/call.ts'
import type { Route } from '../http/router.ts'
import { adminsGroup, type Identity, usersGroup } from '../workspace/principals.ts'
import { makeHome, type Workspace } from '../workspace/workspace.ts'
import { compileFilter } from './scim-filter.ts'
import { applyPatch, memberIds } from './scim-patch.ts'
import { chooseAttributes, meView, scimView } from './scim-views.ts'

export const scimBase = '/api/2.0/preview/scim/v2'
const scope = 'iam.access-control'

const folders = { Users: 'user', Groups: 'group', ServicePrincipals: 'service-principal' } as const
type Folder = keyof typeof folders

/** Resources per answer when `count` is absent. */
const defaultCount = 100

export function scimRoutes(workspace: Workspace): readonly Route[] {
  return [
    {
      method: 'GET',
      pattern: `${scimBase}/Me`,
      scope: 'iam.current-user:read',
      run: (call) => ({
        ...ok(chooseAttributes(meView(call.caller.principal, workspace.principals), call.query)),
        headers: { 'x-databricks-org-id': String(workspace.id) },
      }),
    },
    ...(Object.keys(folders) as Folder[]).flatMap((folder) => folderRoutes(workspace, folder)),
  ]
}

function folderRoutes(workspace: Workspace, folder: Folder): readonly Route[] {
  const { principals } = workspace
  const kind = folders[folder]
  const pattern = `${scimBase}/${folder}`
  const show = (identity: Identity, call: Call) => chooseAttributes(scimView(identity, principals), call.query)
  const find = (call: Call): Identity => {
    const identity = principals.byId(call.params['id'] ?? '')
    if (identity?.kind !== kind) throw new ApiError(404, 404, `${kind} with id ${call.params['id']} not found.`)
    return identity
  }
  const change = (run: (call: Call, identity: Identity) => Answer) => (call: Call) => {
    demandAdmin(call)
    return run(call, find(call))
  }
  return [
    { method: 'GET', pattern, scope: `${scope}:read`, run: (call) => list(workspace, folder, call) },
    { method: 'GET', pattern: `${pattern}/:id`, scope: `${scope}:read`, run: (call) => ok(show(find(call), call)) },
    {
      method: 'POST',
      pattern,
      scope,
      run: (call) => {
        demandAdmin(call)
        return { status: 201, json: scimView(create(workspace, folder, bodyOf(call)), principals) }
      },
    },
    {
      method: 'PUT',
      pattern: `${pattern}/:id`,
      scope,
      run: change((call, identity) => {
        const body = bodyOf(call)
        return keep(workspace, identity, body, memberIds(body['members']))
      }),
    },
    {
      method: 'PATCH',
      pattern: `${pattern}/:id`,
      scope,
      run: change((call, identity) => {
        const patched = applyPatch(identity.kind === 'group' ? identity : {}, bodyOf(call))
        return keep(workspace, identity, patched.fields, patched.members)
      }),
    },
    {
      method: 'DELETE',
      pattern: `${pattern}/:id`,
      scope,
      run: change((_call, identity) => {
        if (identity.kind === 'group' && [adminsGroup, usersGroup].includes(identity.displayName))
          throw new ApiError(403, 403, `System group ${identity.displayName} cannot be deleted.`)
        workspace.credentials.forget({ principalId: String(identity.id) })
        principals.remove(String(identity.id))
        return { status: 204 }
      }),
    },
  ]
}

function demandAdmin(call: Call): void {
  if (!call.caller.isAdmin) throw new ApiError(403, 403, 'Only workspace admins can change users and groups.')
}

function list(workspace: Workspace, folder: Folder, call: Call): Answer {
  const { principals } = workspace
  const all = {
    Users: principals.users(),
    Groups: principals.groups(),
    ServicePrincipals: principals.servicePrincipals(),
  }
  const filter = call.query.get('filter')
  const matches = filter === null || filter === '' ? () => true : compileFilter(filter)
  const views = all[folder]
    .map((identity) => scimView(identity, principals))
    .filter((view) => matches((name) => attributeOf(view, name)))
  const start = Math.max(1, Number(call.query.get('startIndex') ?? 1) || 1)
  const asked = Number(call.query.get('count') ?? defaultCount)
  const count = Number.isInteger(asked) && asked >= 0 ? Math.min(asked, 10 * defaultCount) : defaultCount
  const page = views.slice(start - 1, start - 1 + count)
  return ok({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: views.length,
    startIndex: start,
    itemsPerPage: page.length,
    Resources: page.map((view) => chooseAttributes(view, call.query)),
  })
}

/** Plain attributes of a view, and `emails.value`. */
function attributeOf(view: Fields, name: string): string | undefined {
  if (name === 'emails' || name === 'emails.value') return attributeOf(view, 'username')
  const entry = Object.entries(view).find(([field]) => field.toLowerCase() === name)?.[1]
  return typeof entry === 'string' || typeof entry === 'boolean' ? String(entry) : undefined
}

function create(workspace: Workspace, folder: Folder, body: Fields): Identity {
  const { principals } = workspace
  const externalId = optionalText(body, 'externalId')
  const external = externalId === undefined ? {} : { externalId }
  const displayName = optionalText(body, 'displayName')
  const active = body['active'] !== false
  if (folder === 'Groups') {
    if (displayName === undefined) throw new ApiError(400, 'invalidValue', 'A group needs a displayName.')
    if (principals.group(displayName)) throw taken(`Group with name ${displayName} already exists.`)
    return principals.addGroup({ displayName, members: memberIds(body['members']), ...external })
  }
  if (folder === 'ServicePrincipals') {
    const applicationId = optionalText(body, 'applicationId')
    const principal = principals.addServicePrincipal({
      displayName: displayName ?? applicationId ?? 'service principal',
      ...(applicationId === undefined ? {} : { applicationId }),
      active,
      ...external,
    })
    makeHome(workspace, principal)
    return principal
  }
  const userName = optionalText(body, 'userName')
  if (userName === undefined) throw new ApiError(400, 'invalidValue', 'A user needs a userName.')
  if (principals.user(userName)) throw taken(`User with username ${userName} already exists.`)
  const user = principals.addUser({ userName, ...(displayName ? { displayName } : {}), active, ...external })
  makeHome(workspace, user)
  return user
}

const taken = (message: string) => new ApiError(409, 'uniqueness', message)

/** PUT and PATCH: names stay unless sent, members are those given. */
function keep(workspace: Workspace, identity: Identity, fields: Fields, members: readonly string[]): Answer {
  const displayName = optionalText(fields, 'displayName') ?? identity.displayName
  if (identity.kind === 'group') workspace.principals.replace({ ...identity, displayName, members })
  else {
    const sent = fields['active']
    const active = sent === undefined ? identity.active : sent === true || sent === 'true'
    workspace.principals.replace({ ...identity, displayName, active })
  }
  return ok(scimView(workspace.principals.byId(String(identity.id)) ?? identity, workspace.principals))
}
