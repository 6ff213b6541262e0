/** Taking a workshop down: apps first, and when they are gone what they used. Only what carries our marker is touched. Pure. */
import { ownerKey, recordKeyOf } from './names.ts'
import { isGone, type Observed } from './observed.ts'
import { assemble, type Planned, type Step, step } from './steps.ts'

/** What is known of a workshop that goes; its spec may be gone already. */
export interface Teardown {
  readonly key: string
  readonly marker: string
  readonly scope: string
  readonly secretKey: string
  readonly folder: string
}

/** An empty plan means that nothing is left. */
export function planTeardown(target: Teardown, observed: Observed): Planned {
  const ours = [...observed.apps.values()].filter(({ description }) => description === target.marker)
  const apps = ours.map(({ name, compute }) =>
    step(
      {
        kind: 'App',
        name,
        app: name,
        action: 'delete',
        reason: compute === 'DELETING' ? 'InProgress' : 'NotWanted',
        message: 'the workshop is deleted',
        ...(compute === 'DELETING' ? { pending: 'the platform is deleting it; this can take 20 minutes' } : {}),
      },
      { do: 'deleteApp', name },
    ),
  )
  const wait =
    ours.length > 0
      ? `waits until ${ours.filter((app) => !isGone(app)).length || ours.length} apps are gone`
      : undefined
  return assemble(target.key, [
    {
      steps: [
        ...apps,
        ...secretSteps(target, observed, wait),
        ...tokenSteps(observed, wait),
        ...folderStep(target, observed, wait),
      ],
    },
  ])
}

function secretSteps(
  { scope, marker, secretKey }: Teardown,
  observed: Observed,
  pending: string | undefined,
): readonly Step[] {
  if (!observed.scope) return []
  const { owner, keys } = observed.scope
  if (owner === marker) {
    const input = {
      kind: 'SecretScope',
      name: scope,
      action: 'delete',
      reason: 'NotWanted',
      message: 'ours by its marker',
      pending,
    } as const
    return [step(input, { do: 'deleteScope', scope })]
  }
  if (owner !== undefined || keys.includes(ownerKey)) return []
  // A scope of somebody else: only a token that we put there goes, told by its record.
  if (!keys.includes(recordKeyOf(secretKey))) return []
  return [secretKey, recordKeyOf(secretKey)]
    .filter((key) => keys.includes(key))
    .map((key) => {
      const message = 'the scope belongs to somebody else and stays'
      const input = {
        kind: 'Secret',
        name: `${scope}.${key}`,
        action: 'delete',
        reason: 'NotWanted',
        message,
        pending,
      } as const
      return step(input, { do: 'deleteSecret', scope, key })
    })
}

function tokenSteps({ tokens }: Observed, pending: string | undefined): readonly Step[] {
  return tokens.map(({ id }) => {
    const input = {
      kind: 'Token',
      name: id,
      action: 'delete',
      reason: 'NotWanted',
      message: 'issued for this workshop',
      pending,
    } as const
    return step(input, { do: 'deleteToken', id })
  })
}

function folderStep({ folder }: Teardown, observed: Observed, pending: string | undefined): readonly Step[] {
  if (!observed.folder) return []
  const message = `${folder} with bundle and fleet file`
  const input = {
    kind: 'WorkspaceFolder',
    name: 'workshop',
    action: 'delete',
    reason: 'NotWanted',
    message,
    pending,
  } as const
  return [step(input, { do: 'deletePaths', paths: [folder] })]
}
