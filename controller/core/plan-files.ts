/** The workspace folder: bundle, fleet file and who may read them. Pure. */
import { sameRoom } from '@workshop/contracts/validate-room'
import type { Desired } from './desired.ts'
import { fleetFile } from './fleet.ts'
import { diffGrants, namesOfGrants } from './grants.ts'
import { isGone, type Observed, type ObservedApp } from './observed.ts'
import { movedPeople } from './roster.ts'
import { type PlanPart, type Step, step } from './steps.ts'

export const folderKey = 'WorkspaceFolder/workshop'
export const bundleKey = 'WorkspaceFolder/bundle'
export const folderGrantsKey = 'Permissions/workshop folder'
export const fleetFileKey = 'FleetFile/fleet.json'

export function planFiles(desired: Desired, observed: Observed, leaving: readonly ObservedApp[]): PlanPart {
  const steps = [
    ...planFolder(desired, observed),
    ...planBundle(desired, observed),
    ...planFleetFile(desired, observed, leaving),
    ...planReaders(desired, observed),
  ]
  return { steps, inSync: { FleetFile: steps.some(({ action }) => action.kind === 'FleetFile') ? 0 : 1 } }
}

function planFolder({ names }: Desired, { folder }: Observed): readonly Step[] {
  if (folder) return []
  const message = 'holds what the apps are deployed from and told'
  return [
    step(
      { kind: 'WorkspaceFolder', name: 'workshop', action: 'create', reason: 'Missing', message },
      { do: 'makeFolder', path: names.folder },
    ),
  ]
}

function planBundle({ bundle, names }: Desired, { bundles, apps }: Observed): readonly Step[] {
  if (!bundle) return []
  const isThere = bundles.some(({ hash, complete }) => hash === bundle.hash && complete)
  const upload = step(
    {
      kind: 'WorkspaceFolder',
      name: 'bundle',
      action: 'create',
      reason: bundles.length === 0 ? 'Missing' : 'SourceChanged',
      message: `the packaged worker ${bundle.hash} is not in the workspace yet`,
      after: [folderKey],
    },
    { do: 'uploadBundle', path: bundle.path },
  )
  if (!isThere) return [upload]
  const used = new Set([...apps.values()].flatMap(({ active, pending }) => [active?.sourcePath, pending?.sourcePath]))
  const previous = bundles
    .filter(({ hash }) => hash !== bundle.hash)
    .sort((a, b) => b.modifiedAt - a.modifiedAt)
    .slice(1)
    .map(({ hash }) => `${names.bundles}/${hash}`)
    .filter((path) => !used.has(path))
  if (previous.length === 0) return []
  const paths = previous.flatMap((path) => [path, `${path}.complete`])
  const message = `${previous.length} old bundles that nothing runs; the one before this is kept`
  return [
    step(
      { kind: 'WorkspaceFolder', name: 'old bundles', action: 'delete', reason: 'NotWanted', message },
      { do: 'deletePaths', paths },
    ),
  ]
}

function planFleetFile(desired: Desired, observed: Observed, leaving: readonly ObservedApp[]): readonly Step[] {
  const content = fleetFile(desired, observed, leaving)
  const found = observed.fleetFile
  if (content.version === found?.version) return []
  const changes = [{ path: 'version', wanted: String(content.version), found: found ? String(found.version) : 'none' }]
  return [
    step(
      {
        kind: 'FleetFile',
        name: 'fleet.json',
        action: found ? 'update' : 'create',
        reason: found ? 'SpecChanged' : 'Missing',
        message: found ? whatChanged(content, found) : 'hub and workers read roster and fleet from it',
        changes,
        after: [folderKey],
      },
      { do: 'writeFleetFile', path: desired.names.fleetFile, content },
    ),
  ]
}

type Fleet = NonNullable<Observed['fleetFile']>

function whatChanged(wanted: Fleet, found: Fleet): string {
  const added = wanted.participants.filter((person) => !found.participants.includes(person)).length
  const removed = found.participants.filter((person) => !wanted.participants.includes(person)).length
  if (added + removed > 0) return `the roster changed: ${added} joined, ${removed} left`
  if (!sameRoom(wanted.room, found.room)) return 'the room is told what its organisers say'
  const moved = movedPeople(found, wanted)
  if (moved > 0) return `${moved} of ${wanted.participants.length} people are placed elsewhere`
  return 'the fleet changed; apps take it without a restart'
}

/** Every app's service principal reads bundle and fleet file. Which ones there are is known once the apps exist. */
function planReaders(desired: Desired, observed: Observed): readonly Step[] {
  const existing = desired.apps.flatMap(({ name }) => observed.apps.get(name) ?? []).filter((app) => !isGone(app))
  const wanted = existing
    .filter(({ servicePrincipal, description }) => servicePrincipal !== '' && description === desired.marker)
    .map(({ servicePrincipal: name }) => ({ principal: 'servicePrincipal', name, level: 'CAN_READ' }) as const)
  const isWaiting = existing.length < desired.apps.length
  const diff = diffGrants(wanted, observed.folder?.grants ?? [], 'CAN_READ', ['servicePrincipal'])
  const base = { kind: 'Permissions', name: 'workshop folder', action: 'update', after: [folderKey] } as const
  const object = `directories/${observed.folder?.objectId ?? ''}` as const
  if (!observed.folder || (isWaiting && diff.missing.length === 0)) {
    const message = 'each app may read the folder'
    const pending = 'the apps get their identities when they are created'
    return isWaiting ? [step({ ...base, reason: 'Missing', message, pending })] : []
  }
  if (diff.missing.length > 0) {
    const message = `${diff.missing.length === 1 ? '1 app' : `${diff.missing.length} apps`} may read bundle and fleet file`
    return [step({ ...base, reason: 'Missing', message }, { do: 'addGrants', object, grants: diff.missing })]
  }
  if (diff.stale.length === 0 || desired.roster.unknownGroups.length > 0) return []
  const message = `${namesOfGrants(diff.stale)} is no app of this workshop any more`
  return [step({ ...base, reason: 'NotWanted', message }, { do: 'setGrants', object, grants: diff.all })]
}
