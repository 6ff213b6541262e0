/** A plan under construction: what people read (Action) beside what the platform is told (PlatformCall). Pure. */
import type { FleetFile } from '@workshop/contracts/fleet-file'
import type { Action, ActionKind, Blocker, FieldChange, ObjectKind, Plan } from '@workshop/contracts/plan'
import type { DesiredApp } from './desired.ts'
import type { DesiredDeployment } from './desired-deployment.ts'
import type { Grant } from './observed.ts'

/** One call, or the smallest number that leaves nothing half done. Everything it needs is in it: acting reads nothing. */
export type PlatformCall =
  | { readonly do: 'createScope'; readonly scope: string }
  | { readonly do: 'deleteScope'; readonly scope: string }
  | { readonly do: 'putSecret'; readonly scope: string; readonly key: string; readonly value: string }
  | { readonly do: 'deleteSecret'; readonly scope: string; readonly key: string }
  | {
      readonly do: 'issueToken'
      readonly scope: string
      readonly key: string
      readonly comment: string
      readonly lifetimeMs: number
    }
  | { readonly do: 'storeToken'; readonly scope: string; readonly key: string; readonly value: string }
  | { readonly do: 'deleteToken'; readonly id: string }
  | { readonly do: 'makeFolder'; readonly path: string }
  | { readonly do: 'uploadBundle'; readonly path: string }
  | { readonly do: 'deletePaths'; readonly paths: readonly string[] }
  | { readonly do: 'addGrants'; readonly object: GrantObject; readonly grants: readonly Grant[] }
  | { readonly do: 'setGrants'; readonly object: GrantObject; readonly grants: readonly Grant[] }
  | { readonly do: 'writeFleetFile'; readonly path: string; readonly content: FleetFile }
  | { readonly do: 'createApp'; readonly app: DesiredApp }
  | { readonly do: 'updateApp'; readonly app: DesiredApp; readonly mask: readonly string[] }
  | { readonly do: 'startApp'; readonly name: string }
  | { readonly do: 'deployApp'; readonly name: string; readonly deployment: DesiredDeployment }
  | { readonly do: 'deleteApp'; readonly name: string }
  | { readonly do: 'drain'; readonly name: string; readonly url: string; readonly on: boolean }

export type GrantObject = `apps/${string}` | `directories/${string}`

export interface Step {
  readonly action: Action
  /** Absent: only shown, because something else must come first. */
  readonly call?: PlatformCall
}

export interface Planned {
  readonly plan: Plan
  /** By action key. */
  readonly calls: ReadonlyMap<string, PlatformCall>
}

/** What a part of the plan adds: steps, blockers, and how many objects are as wanted. */
export interface PlanPart {
  readonly steps: readonly Step[]
  readonly blockers?: readonly Blocker[]
  readonly inSync?: Readonly<Partial<Record<ObjectKind, number>>>
}

interface StepInput {
  readonly kind: ObjectKind
  readonly name: string
  readonly action: ActionKind
  readonly reason: string
  readonly message: string
  readonly app?: string
  readonly changes?: readonly FieldChange[]
  readonly after?: readonly string[]
  readonly pending?: string | undefined
  /** Told apart from another action on the same object, such as draining before deploying. */
  readonly part?: string
}

/** Builds a step; its key is `Kind/name`, or `Kind/name/part`. */
export function step(input: StepInput, call?: PlatformCall): Step {
  const { kind, name, action, reason, message, app, changes = [], after = [], pending, part } = input
  const key = `${kind}/${name}${part ? `/${part}` : ''}`
  const shown = { key, action, kind, name, reason, message, changes, after }
  return {
    action: { ...shown, ...(app === undefined ? {} : { app }), ...(pending === undefined ? {} : { pending }) },
    ...(call === undefined ? {} : { call }),
  }
}

/** Puts the parts together. `after` keeps only keys that are in the plan: what is as wanted need not be waited for. */
export function assemble(workshop: string, parts: readonly PlanPart[]): Planned {
  const steps = parts.flatMap((part) => part.steps)
  const keys = new Set(steps.map(({ action }) => action.key))
  const inSync: Partial<Record<ObjectKind, number>> = {}
  for (const part of parts) {
    for (const [kind, count] of Object.entries(part.inSync ?? {}) as [ObjectKind, number][]) {
      inSync[kind] = (inSync[kind] ?? 0) + count
    }
  }
  return {
    plan: {
      workshop,
      actions: steps.map(({ action }) => ({ ...action, after: action.after.filter((key) => keys.has(key)) })),
      blockers: parts.flatMap((part) => part.blockers ?? []),
      inSync,
    },
    calls: new Map(steps.flatMap(({ action, call }) => (call ? [[action.key, call] as const] : []))),
  }
}
