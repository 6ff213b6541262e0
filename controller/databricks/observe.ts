/** Looks at the platform on behalf of one Workshop. Reads only. Three calls at a cheap look, whatever the size of the fleet. */
import { createHash } from 'node:crypto'
import type { FleetFile } from '@workshop/contracts/fleet-file'
import { ownerKey, recordKeyOf } from '../core/names.ts'
import type { Grant, Observed, ObservedApp, ObservedScope, TokenRecord } from '../core/observed.ts'
import { type OwnWork, withoutCopiedMarker } from '../core/ownership.ts'
import { listDeployments } from './client/apps.ts'
import { CallError } from './client/call-error.ts'
import { groupPeople } from './client/directory-service.ts'
import { getPermissions, type PermissionEntry } from './client/permissions.ts'
import { getSecret, listSecrets, type SecretKey } from './client/secrets.ts'
import { listTokens } from './client/tokens.ts'
import { getObject, listFolder, readFile } from './client/workspace-files.ts'
import { observedApp, observedDeployment } from './observe-app.ts'
import type { Sight, Unit } from './sight.ts'
import type { Workspace } from './workspace.ts'

/** What to look at. */
export interface Scene {
  readonly marker: string
  /** Whose apps may carry the marker. */
  readonly own: OwnWork
  readonly scope: string
  readonly secretKey: string
  readonly folder: string
  readonly bundles: string
  readonly fleetFile: string
  /** Does this app run what it should? Where it does not, its newest deployment is read as well. */
  readonly isAsWanted: (app: ObservedApp) => boolean
  /** Is it known that there is no deployment to read? Right after its creation, that is one call less for each app. */
  readonly isUndeployed: (name: string) => boolean
}

/** Throws CallError; a thing that is not there is no error. */
export async function observe(workspace: Workspace, sight: Sight, scene: Scene): Promise<Observed> {
  const { http, clock } = workspace
  const at = clock.now()
  const asked = new Set<string>()
  const read = <T>(unit: Unit<T>): Promise<T> => {
    asked.add(unit.key)
    return sight.read(unit, at)
  }
  const [infos, scopeKeys, fleetText] = await Promise.all([
    workspace.apps(),
    missingAsUndefined(() => listSecrets(http, scene.scope)),
    readFile(http, scene.fleetFile),
  ])
  const [apps, scope, tokens, folder, bundles] = await Promise.all([
    Promise.all(
      infos.map((info) => completed(workspace, scene, withoutCopiedMarker(observedApp(info), scene.own), read)),
    ),
    scopeKeys && observeScope(workspace, scene, scopeKeys, read),
    read({ key: 'tokens', cost: 1, load: () => listTokens(http) }),
    observeFolder(workspace, scene, read),
    read({ key: 'bundles', cost: 1, load: () => listFolder(http, scene.bundles) }),
  ])
  for (const group of sight.keys('group:')) asked.add(group)
  sight.keepOnly(asked)
  const children = bundles ?? []
  const nameIn = (path: string) => path.split('/').at(-1) ?? ''
  return {
    at,
    apps: new Map(apps.map((app) => [app.name, app])),
    scope,
    tokens: tokens.filter(({ comment }) => comment === scene.marker),
    folder,
    bundles: children
      .filter(({ type }) => type === 'DIRECTORY')
      .map(({ path, modifiedAt }) => ({
        hash: nameIn(path),
        complete: children.some((other) => nameIn(other.path) === `${nameIn(path)}.complete`),
        modifiedAt:
          children.find((other) => nameIn(other.path) === `${nameIn(path)}.complete`)?.modifiedAt ?? modifiedAt,
      })),
    fleetFile: parseFleetFile(fleetText),
  }
}

type Read = <T>(unit: Unit<T>) => Promise<T>

/** Members of the groups that a spec names; undefined where the workspace has no such group. */
export async function observeGroups(
  workspace: Workspace,
  sight: Sight,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly string[] | undefined>> {
  const at = workspace.clock.now()
  const members = await Promise.all(
    names.map((name) =>
      sight.read({ key: `group:${name}`, cost: 2, load: () => groupPeople(workspace.http, name) }, at),
    ),
  )
  return new Map(names.map((name, index) => [name, members[index]]))
}

/** Adds to one of our own apps what the listing does not show. Other apps are left as listed. */
async function completed(workspace: Workspace, scene: Scene, app: ObservedApp, read: Read): Promise<ObservedApp> {
  if (app.description !== scene.marker || app.compute === 'DELETING') return app
  const { http } = workspace
  const entries = await read({
    key: `grants:${app.name}`,
    cost: 1,
    tag: app.servicePrincipal,
    load: () => missingAsUndefined(() => getPermissions(http, `apps/${app.name}`)),
  })
  const isIdle = app.compute === 'ACTIVE' && app.pending?.state !== 'IN_PROGRESS'
  const isUnclear = isIdle && !scene.isAsWanted(app) && !scene.isUndeployed(app.name)
  const newest = isUnclear ? (await listDeployments(http, app.name))[0] : undefined
  const latest = observedDeployment(newest)
  return { ...app, ...(entries ? { grants: entries.map(grantOf) } : {}), ...(latest ? { latest } : {}) }
}

async function observeScope(
  workspace: Workspace,
  scene: Scene,
  secrets: readonly SecretKey[],
  read: Read,
): Promise<ObservedScope> {
  const { http } = workspace
  const recordKey = recordKeyOf(scene.secretKey)
  const readKey = (key: string) => {
    const listed = secrets.find((secret) => secret.key === key)
    if (!listed) return undefined
    const load = () => missingAsUndefined(() => getSecret(http, scene.scope, key))
    // The value itself never leaves this function: only its hash is kept.
    const kept = async () => (key === scene.secretKey ? sha256Of(await load()) : load())
    return read({ key: `secret:${key}`, cost: 1, tag: String(listed.updatedAt), load: kept })
  }
  const [owner, recordText, valueSha256] = await Promise.all([
    readKey(ownerKey),
    readKey(recordKey),
    readKey(scene.secretKey),
  ])
  const record = parseRecord(recordText)
  return {
    keys: secrets.map(({ key }) => key),
    ...(owner === undefined ? {} : { owner }),
    ...(record === undefined ? {} : { record }),
    ...(valueSha256 === undefined ? {} : { valueSha256 }),
  }
}

async function observeFolder({ http }: Workspace, { folder }: Scene, read: Read): Promise<Observed['folder']> {
  return read({
    key: 'folder',
    cost: 2,
    load: async () => {
      const object = await getObject(http, folder)
      if (!object) return undefined
      const entries = await getPermissions(http, `directories/${object.id}`)
      return { objectId: object.id, grants: entries.map(grantOf) }
    },
  })
}

function grantOf({ user_name, group_name, service_principal_name, permission_level: level }: PermissionEntry): Grant {
  if (user_name !== undefined) return { principal: 'user', name: user_name, level }
  if (group_name !== undefined) return { principal: 'group', name: group_name, level }
  return { principal: 'servicePrincipal', name: service_principal_name ?? '', level }
}

/** A file that somebody broke counts as absent and is written anew. */
function parseFleetFile(text: string | undefined): FleetFile | undefined {
  const value = parseOrUndefined(text) as FleetFile | undefined
  return value?.format === 1 && typeof value.version === 'number' && value.hub && value.workers ? value : undefined
}

function parseRecord(text: string | undefined): TokenRecord | undefined {
  const value = parseOrUndefined(text) as TokenRecord | undefined
  return typeof value?.sha256 === 'string' && typeof value.createdAt === 'number' ? value : undefined
}

function parseOrUndefined(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function sha256Of(text: string | undefined): string | undefined {
  return text === undefined ? undefined : createHash('sha256').update(text).digest('hex')
}

async function missingAsUndefined<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof CallError && error.isMissing) return undefined
    throw error
  }
}
