/** For tests of plans: one small Workshop, and a workspace that has it. */
import type { WorkshopSpec } from '@workshop/contracts/workshop'
import { type Desired, desiredState } from './desired.ts'
import { fleetFile } from './fleet.ts'
import type { Observed, ObservedApp } from './observed.ts'

const spec: WorkshopSpec = {
  suspend: false,
  participants: { users: ['Ada@example.com', 'grace@example.com'], usersFrom: [], groups: [], facilitators: [] },
  sessions: { perUser: 3, agents: ['claude'], idleTimeout: '24h', isolation: 'auto' },
  workers: {
    replicas: 2,
    sessionsPerWorker: 30,
    computeSize: 'MEDIUM',
    namePrefix: 'vibe',
    rollout: { maxUnavailable: 1, maxFailures: 1, partition: 0, drainTimeout: '10m' },
  },
  source: { bundle: {} },
  models: { claude: 'm' },
  credentials: {
    secretKey: 'token',
    resourceName: 'claude-pat',
    token: { issue: { lifetime: '90d', renewBefore: '14d' } },
  },
  resources: [],
  skills: [],
  deletionPolicy: 'Delete',
  adoptionPolicy: 'IfOwned',
}
/** ms; also the moment of every look here. */
export const day = 86_400_000

/** What a Workshop of two workers wants, with `change` in its spec. */
export function wanted(change: Partial<WorkshopSpec> = {}, unknownGroups: readonly string[] = []): Desired {
  return desiredState({
    identity: { controllerId: 'default', namespace: 'default', name: 'first' },
    workshop: {
      apiVersion: 'vibeworkshop.dev/v1alpha1',
      kind: 'Workshop',
      metadata: { name: 'first' },
      spec: { ...spec, ...change },
    },
    me: { userName: 'op@example.com', isServicePrincipal: false },
    roster: { participants: ['ada@example.com', 'grace@example.com'], facilitators: [], unknownGroups },
    bundleHash: 'b1',
    hash: (text) => `${text.length.toString(16)}0000000`,
  })
}

function settledApp(desired: Desired, name: string, change: Partial<ObservedApp> = {}): ObservedApp {
  const app = desired.apps.find((each) => each.name === name) ?? desired.apps[1]
  if (!app) throw new Error('no such app')
  const { deployment } = app
  return {
    name,
    description: desired.marker,
    url: `https://${name}`,
    creator: 'op@example.com',
    computeSize: app.computeSize,
    compute: 'ACTIVE',
    computeMessage: '',
    state: 'RUNNING',
    stateMessage: '',
    servicePrincipal: `sp-${name}`,
    resources: app.resources,
    userApiScopes: app.userApiScopes,
    gitUrl: '',
    active: {
      id: 'd',
      state: 'SUCCEEDED',
      message: '',
      sourcePath: deployment.sourcePath,
      envNames: deployment.envVars.map((variable) => variable.name),
    },
    grants: app.grants,
    ...change,
  }
}

/** A workspace in which everything is as wanted, then changed. */
export function found(
  desired: Desired,
  apps: Readonly<Record<string, Partial<ObservedApp> | undefined>> = {},
  change: Partial<Observed> = {},
): Observed {
  const names = [...new Set([...desired.apps.map(({ name }) => name), ...Object.keys(apps)])]
  const present = names.filter((name) => !(name in apps) || apps[name] !== undefined)
  const observed: Observed = {
    at: day,
    apps: new Map(present.map((name) => [name, settledApp(desired, name, apps[name])])),
    scope: {
      owner: desired.marker,
      keys: ['token', 'token.record', '_workshop-operator-owner'],
      record: { tokenId: 't1', createdAt: 5, expiresAt: 91 * day, sha256: 'aa' },
      valueSha256: 'aa',
    },
    tokens: [{ id: 't1', createdAt: 5, expiresAt: 91 * day }],
    folder: {
      objectId: '7',
      grants: desired.apps.map(({ name }) => ({
        principal: 'servicePrincipal',
        name: `sp-${name}`,
        level: 'CAN_READ',
      })),
    },
    bundles: [{ hash: 'b1', complete: true, modifiedAt: 1 }],
    fleetFile: undefined,
    ...change,
  }
  return { ...observed, fleetFile: change.fleetFile ?? fleetFile(desired, observed, []) }
}
