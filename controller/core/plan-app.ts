/** One app: what it is (fields), who may use it (grants), what it runs (deployment). Pure. */
import type { Blocker, FieldChange } from '@workshop/contracts/plan'
import type { Desired, DesiredApp } from './desired.ts'
import { canonical } from './fleet.ts'
import { diffGrants, namesOfGrants } from './grants.ts'
import { ownerIn } from './names.ts'
import { isGone, type Observed, type ObservedApp } from './observed.ts'
import { isCopy } from './ownership.ts'
import { grantsWithPins } from './pins.ts'
import { planDeployment } from './plan-deployment.ts'
import { tokenActionKey } from './plan-secrets.ts'
import type { Turn } from './rollout.ts'
import { type PlanPart, type Step, step } from './steps.ts'

export interface AppPlanInput {
  readonly desired: Desired
  readonly observed: Observed
  readonly app: DesiredApp
  /** Whose turn it is to be disturbed. */
  readonly turn: Turn
}

export function planApp({ desired, observed, app, turn }: AppPlanInput): PlanPart {
  const found = observed.apps.get(app.name)
  if (found && !isGone(found)) {
    const blocker = foreignApp(desired, found)
    if (blocker) return { steps: [], blockers: [blocker] }
  }
  const fields = found && !isGone(found) ? planFields(desired, app, found, turn) : [createStep(desired, app, found)]
  const keeping = { ...app, grants: grantsWithPins(app, desired, observed) }
  const grants = planGrants(desired, keeping, isGone(found) ? undefined : found)
  const deployment = planDeployment({ desired, observed, app, found, turn })
  return {
    steps: [...fields, ...grants, ...deployment],
    inSync: {
      App: fields.length === 0 ? 1 : 0,
      Permissions: grants.length === 0 ? 1 : 0,
      Deployment: deployment.length === 0 ? 1 : 0,
    },
  }
}

/** Why an app that has the wanted name must not be touched; undefined when it may be. */
export function foreignApp(desired: Desired, found: ObservedApp): Blocker | undefined {
  if (desired.adoptionPolicy === 'Force') return undefined
  const isMarked = found.description === desired.marker
  const isOwnWork = found.creator === '' || found.creator.toLowerCase() === desired.me.userName.toLowerCase()
  if (isMarked && (desired.adoptionPolicy === 'IfOwned' || isOwnWork)) return undefined
  const owner = ownerIn(found.description)
  const whose = isMarked
    ? `was made by ${found.creator}`
    : isCopy(found)
      ? `carries our marker but was made by ${found.creator}, not by an operator`
      : owner
        ? `belongs to ${owner}`
        : 'is not marked as ours'
  return { code: 'WO-2010', name: found.name, message: `the app ${found.name} exists and ${whose}` }
}

function createStep(desired: Desired, app: DesiredApp, found: ObservedApp | undefined): Step {
  const isDeleting = found !== undefined
  const what = app.ordinal === 0 ? 'the hub' : `worker ${app.ordinal} of ${desired.names.workers.length}`
  return step(
    {
      kind: 'App',
      name: app.name,
      app: app.name,
      action: 'create',
      reason: 'Missing',
      message: `${what} is not there`,
      after: app.resources.length > 0 ? [tokenActionKey(desired)] : [],
      ...(isDeleting ? { pending: 'the platform is still deleting the app that had this name' } : {}),
    },
    { do: 'createApp', app },
  )
}

function planFields(desired: Desired, app: DesiredApp, found: ObservedApp, turn: Turn): readonly Step[] {
  const base = { kind: 'App', name: app.name, app: app.name } as const
  const changes = fieldChanges(app, found)
  if (found.description !== desired.marker) {
    const message = `adoptionPolicy Force takes over the app of ${found.creator || 'somebody else'}`
    const all = [{ path: 'description', wanted: desired.marker, found: found.description }, ...changes]
    const call = { do: 'updateApp', app, mask: all.map(({ path }) => path) } as const
    const after = [tokenActionKey(desired)]
    return [step({ ...base, action: 'adopt', reason: 'Adopted', message, changes: all, after }, call)]
  }
  if (changes.length === 0) return []
  const isResize = changes.some(({ path }) => path === 'compute_size')
  const ready = found.compute === 'ACTIVE' || found.compute === 'STOPPED'
  const wait = !ready ? `compute is ${found.compute}` : isResize && turn !== 'go' ? turn.wait : undefined
  const what = changes.map(({ path, wanted, found: was }) => `${path} found ${was}, wanted ${wanted}`).join('; ')
  return [
    step(
      {
        ...base,
        action: 'update',
        reason: 'Drifted',
        message: `differs: ${what}`,
        changes,
        after: [tokenActionKey(desired)],
        pending: wait,
      },
      { do: 'updateApp', app, mask: changes.map(({ path }) => path) },
    ),
  ]
}

/** Fields of ours that differ; everything else on the app is left alone. */
export function fieldChanges(app: DesiredApp, found: ObservedApp): readonly FieldChange[] {
  const changes: FieldChange[] = []
  if (found.computeSize !== app.computeSize) {
    changes.push({ path: 'compute_size', wanted: app.computeSize, found: found.computeSize })
  }
  if (comparable(app.resources) !== comparable(found.resources)) {
    const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name).join(', ') || 'none'
    changes.push({ path: 'resources', wanted: names(app.resources), found: names(found.resources) })
  }
  const missing = app.userApiScopes.filter((scope) => !found.userApiScopes.includes(scope))
  // An empty read-back means that user authorization is off in this workspace, not that somebody removed the scopes.
  if (missing.length > 0 && found.userApiScopes.length > 0) {
    changes.push({ path: 'user_api_scopes', wanted: `with ${missing.join(', ')}`, found: 'without' })
  }
  if (app.gitRepository && found.gitUrl !== app.gitRepository['url']) {
    changes.push({ path: 'git_repository', wanted: app.gitRepository['url'] ?? '', found: found.gitUrl || 'none' })
  }
  return changes
}

function comparable(resources: DesiredApp['resources']): string {
  return resources
    .map(({ description: _description, ...rest }) => canonical(rest))
    .sort()
    .join('\n')
}

function planGrants(desired: Desired, app: DesiredApp, found: ObservedApp | undefined): readonly Step[] {
  const base = { kind: 'Permissions', name: app.name, app: app.name, after: [`App/${app.name}`] } as const
  const object = `apps/${app.name}` as const
  if (!found) {
    const people = app.grants.length - 1
    if (people === 0) return []
    const message = people === 1 ? '1 person may use it' : `${people} people may use it`
    return [
      step(
        { ...base, action: 'create', reason: 'Missing', message },
        { do: 'addGrants', object, grants: app.grants.filter(({ level }) => level === 'CAN_USE') },
      ),
    ]
  }
  if (!found.grants) return []
  const { missing, stale, all } = diffGrants(app.grants, found.grants, 'CAN_USE', ['user', 'group'])
  const mayTakeAway = desired.roster.unknownGroups.length === 0
  if (stale.length > 0 && mayTakeAway) {
    const also = missing.length > 0 ? `, and ${namesOfGrants(missing)} may` : ''
    const message = `${namesOfGrants(stale)} may not use it any more${also}`
    return [step({ ...base, action: 'update', reason: 'NotWanted', message }, { do: 'setGrants', object, grants: all })]
  }
  if (missing.length === 0) return []
  const message = `${namesOfGrants(missing)} may use it`
  return [step({ ...base, action: 'update', reason: 'Missing', message }, { do: 'addGrants', object, grants: missing })]
}
