/** App resources: what attaching one demands of the caller and gives the app's service principal, and what it resolves to. */
import { denied, missing } from '../http/api-error.ts'
import { type Fields, listOf, requiredText } from '../http/call.ts'
import { lacksPermission, levelOf, mergeAcl } from '../workspace/acl.ts'
import type { Caller } from '../workspace/credentials.ts'
import { type SecretLevel, secretLevels } from '../workspace/secret-scopes.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { AppRecord } from './app-record.ts'
import { resourceTarget } from './app-spec.ts'

/** From low to high. */
export const appLevels = ['CAN_USE', 'CAN_MANAGE'] as const

/** Throws unless the caller may hand out every target of these resources, and each target exists. */
export function demandResources(workspace: Workspace, spec: Fields, caller: Caller): void {
  for (const resource of listOf(spec, 'resources')) {
    const { kind, target } = resourceTarget(resource)
    if (kind === 'secret') {
      const scope = workspace.secrets.use(requiredText(target, 'scope'), caller, 'MANAGE')
      workspace.secrets.secret(scope, requiredText(target, 'key'))
    }
    if (kind === 'app') demandApp(workspace, requiredText(target, 'name'), caller)
    if (kind === 'serving_endpoint' && !workspace.servesModel(requiredText(target, 'name')))
      throw missing(`The given endpoint does not exist: ${requiredText(target, 'name')}`)
  }
}

function demandApp(workspace: Workspace, name: string, caller: Caller): void {
  if (!workspace.apps.has(name)) throw missing(`App with name ${name} does not exist or is deleted.`)
  if (!caller.isAdmin && appLevel(workspace, name, caller.principal) !== 'CAN_MANAGE')
    throw lacksPermission(caller.principal, 'CAN_MANAGE', `app ${name}`)
}

/** What a principal holds on an app; admins manage every app. */
export function appLevel(workspace: Workspace, app: string, principal: Caller['principal']): string | undefined {
  if (workspace.principals.isAdmin(principal)) return 'CAN_MANAGE'
  return levelOf(workspace.acls.of(`/apps/${app}`), principal, workspace.principals, appLevels)
}

/** Gives the app's service principal what its resources say, and takes back what only `before` said. */
export function grantResources(workspace: Workspace, app: AppRecord, before: Fields, after: Fields): void {
  const grantee = app.servicePrincipal.applicationId
  for (const scopeName of secretGrants(before).keys()) workspace.secrets.find(scopeName)?.acl.delete(grantee)
  for (const [scopeName, level] of secretGrants(after)) workspace.secrets.find(scopeName)?.acl.set(grantee, level)
  for (const name of appGrants(before))
    workspace.acls.set(
      `/apps/${name}`,
      workspace.acls.of(`/apps/${name}`).filter((entry) => entry.name !== grantee),
    )
  for (const name of appGrants(after))
    workspace.acls.set(
      `/apps/${name}`,
      mergeAcl(workspace.acls.of(`/apps/${name}`), [
        { kind: 'service_principal_name', name: grantee, level: 'CAN_USE' },
      ]),
    )
}

/** A secret grant is on the whole scope; of several keys in one scope the highest permission counts. */
function secretGrants(spec: Fields): ReadonlyMap<string, SecretLevel> {
  const grants = new Map<string, SecretLevel>()
  for (const resource of listOf(spec, 'resources')) {
    const { kind, target } = resourceTarget(resource)
    if (kind !== 'secret') continue
    const scope = requiredText(target, 'scope')
    const ranks = [grants.get(scope), target['permission']].map((level) => secretLevels.indexOf(level as SecretLevel))
    grants.set(scope, secretLevels[Math.max(...ranks)] ?? 'READ')
  }
  return grants
}

function appGrants(spec: Fields): readonly string[] {
  return listOf(spec, 'resources')
    .map(resourceTarget)
    .filter(({ kind }) => kind === 'app')
    .map(({ target }) => requiredText(target, 'name'))
}

/** What `valueFrom` puts into the environment, read when the app starts. Undefined when there is no such resource. */
export function resourceValue(workspace: Workspace, app: AppRecord, resourceName: string): string | undefined {
  const resource = listOf(app.spec, 'resources').find((candidate) => candidate['name'] === resourceName)
  if (!resource) return undefined
  const { kind, target } = resourceTarget(resource)
  if (kind === 'secret') {
    const scope = workspace.secrets.find(requiredText(target, 'scope'))
    if (!scope || !workspace.secrets.allows(scope, app.servicePrincipal, 'READ'))
      throw denied(`${app.servicePrincipal.displayName} cannot read scope ${requiredText(target, 'scope')}.`)
    return workspace.secrets.secret(scope, requiredText(target, 'key')).value.toString('utf8')
  }
  const field = ['name', 'id', 'securable_full_name', 'space_id', 'experiment_id', 'instance_name', 'database'].find(
    (name) => typeof target[name] === 'string' && !(kind === 'genie_space' && name === 'name'),
  )
  return field === undefined ? undefined : requiredText(target, field)
}
