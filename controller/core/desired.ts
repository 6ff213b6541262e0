/** What should be there, as the platform would hold it: deterministic in the spec, the roster and the bundle. Pure. */
import { durationMs } from '@workshop/contracts/duration'
import type { FleetFile } from '@workshop/contracts/fleet-file'
import { workerEnv } from '@workshop/contracts/fleet-file'
import { isSilent } from '@workshop/contracts/validate-room'
import type { Workshop, WorkshopSpec } from '@workshop/contracts/workshop'
import type { WorkshopRoomSpec } from '@workshop/contracts/workshop-room'
import { type DesiredDeployment, desiredDeployment } from './desired-deployment.ts'
import { type Identity, markerOf, type Names, namesOf } from './names.ts'
import type { Grant, Resource } from './observed.ts'
import { peoplePerWorker, type Roster, seatsOf } from './roster.ts'

export interface DesiredApp {
  readonly name: string
  /** 0 is the hub. */
  readonly ordinal: number
  readonly description: string
  readonly computeSize: string
  readonly resources: readonly Resource[]
  readonly userApiScopes: readonly string[]
  readonly gitRepository?: Readonly<Record<string, string>>
  /** Participants who are placed there; nobody on the hub. */
  readonly seats: readonly string[]
  /** Direct CAN_USE and CAN_MANAGE that must be there. */
  readonly grants: readonly Grant[]
  readonly deployment: DesiredDeployment
}

/** How the token of the secret comes about. `given`: somebody else made it; value and hash are handed in. */
export type TokenWish =
  | { readonly kind: 'issue'; readonly lifetimeMs: number; readonly renewBeforeMs: number }
  | { readonly kind: 'given'; readonly value: string; readonly sha256: string }

export interface Desired {
  /** `namespace/name`. */
  readonly key: string
  readonly marker: string
  readonly me: Me
  readonly names: Names
  /** Hub first. */
  readonly apps: readonly DesiredApp[]
  readonly secretKey: string
  /** An empty scope under the default name may be marked as ours: a create whose answer was lost. */
  readonly scopeIsDefault: boolean
  readonly token: TokenWish
  /** Set when our own bundle is the source. */
  readonly bundle: { readonly hash: string; readonly path: string } | undefined
  /** The fleet file without what is only known by looking: version, addresses, cordons, readiness. */
  readonly fleet: Omit<FleetFile, 'version' | 'hub' | 'workers'>
  readonly roster: Roster
  readonly unseated: readonly string[]
  readonly rollout: { readonly maxUnavailable: number; readonly maxFailures: number; readonly partition: number }
  readonly drainTimeoutMs: number
  readonly adoptionPolicy: WorkshopSpec['adoptionPolicy']
}

export interface Me {
  /** Address, or application id of a service principal. */
  readonly userName: string
  readonly isServicePrincipal: boolean
}

export interface DesiredInput {
  readonly identity: Identity
  readonly workshop: Workshop
  readonly me: Me
  readonly roster: Roster
  /** Hash of the packaged worker's files; needed with `source.bundle`. */
  readonly bundleHash: string
  /** Value and hex SHA-256 of a token that is not issued by us. */
  readonly givenToken?: { readonly value: string; readonly sha256: string }
  /** What is said in the room. */
  readonly room?: WorkshopRoomSpec | undefined
  /** Hex digest of a text. */
  readonly hash: (text: string) => string
}

/**
 * What a participant's own token may do when a worker forwards it (user authorization of Databricks Apps): deploy the
 * apps they build, keep files in their workspace folder, and read who they are. The two `iam` ones are the platform's
 * defaults and are named so that a read-back compares equal.
 */
export const participantScopes = [
  'iam.current-user:read',
  'iam.access-control:read',
  'apps.apps',
  'workspace.workspace',
  'files.files',
  'sql',
  'serving.serving-endpoints',
] as const

export function desiredState(input: DesiredInput): Desired {
  const { identity, workshop, me, roster } = input
  const { spec } = workshop
  const { workers, sessions, credentials } = spec
  const names = namesOf(
    identity,
    { prefix: workers.namePrefix, replicas: workers.replicas, scope: credentials.secretScope },
    me.userName,
  )
  const perWorker = peoplePerWorker(sessions, workers)
  const { byWorker, unseated } = seatsOf(roster.participants, names.workers, perWorker)
  const isBundle = spec.source.git === undefined && spec.source.workspacePath === undefined
  const bundle = isBundle ? { hash: input.bundleHash, path: `${names.bundles}/${input.bundleHash}` } : undefined
  const common = { description: markerOf(identity), ...gitRepositoryOf(spec) }
  const grantsFor = (people: readonly string[]) => grantsOf([...people, ...roster.facilitators], me)
  const deployment = (resources: readonly Resource[]) =>
    desiredDeployment({
      source: spec.source,
      bundle,
      resources,
      env: envOf(names, credentials, resources),
      hash: input.hash,
    })
  const resources = workerResources(spec, names.scope)

  return {
    key: `${identity.namespace}/${identity.name}`,
    marker: markerOf(identity),
    me,
    names,
    apps: [
      {
        ...common,
        name: names.hub,
        ordinal: 0,
        // The hub only signs people in and sends them on: the smallest size, no token, no participant's rights.
        computeSize: 'MEDIUM',
        resources: [],
        userApiScopes: [],
        seats: [],
        grants: grantsFor(roster.participants),
        deployment: deployment([]),
      },
      ...names.workers.map((name, index) => ({
        ...common,
        name,
        ordinal: index + 1,
        computeSize: workers.computeSize,
        resources,
        userApiScopes: participantScopes,
        seats: byWorker.get(name) ?? [],
        grants: grantsFor(byWorker.get(name) ?? []),
        deployment: deployment(resources),
      })),
    ],
    secretKey: credentials.secretKey,
    scopeIsDefault: credentials.secretScope === undefined,
    token: tokenWish(credentials.token, input.givenToken),
    bundle,
    fleet: {
      ...fleetContent(identity, spec, roster, perWorker, me),
      ...(input.room && !isSilent(input.room) ? { room: input.room } : {}),
    },
    roster,
    unseated,
    rollout: workers.rollout,
    drainTimeoutMs: durationMs(workers.rollout.drainTimeout),
    adoptionPolicy: spec.adoptionPolicy,
  }
}

function fleetContent(
  identity: Identity,
  spec: WorkshopSpec,
  roster: Roster,
  perWorker: number,
  me: Me,
): Desired['fleet'] {
  const { sessions, workers } = spec
  return {
    format: 1,
    workshop: { namespace: identity.namespace, name: identity.name, title: spec.guide?.title ?? identity.name },
    participants: roster.participants,
    facilitators: roster.facilitators,
    operators: [me.userName.toLowerCase()],
    peoplePerWorker: perWorker,
    sessions: {
      perUser: sessions.perUser,
      perWorker: workers.sessionsPerWorker,
      agents: sessions.agents,
      idleTimeoutMs: durationMs(sessions.idleTimeout),
      isolation: sessions.isolation,
    },
    models: spec.models,
    skills: spec.skills,
    ...(spec.guide ? { guide: spec.guide } : {}),
  }
}

/** People may use, the controller keeps CAN_MANAGE so that no replacement locks it out. */
function grantsOf(people: readonly string[], me: Me): readonly Grant[] {
  const own: Grant = {
    principal: me.isServicePrincipal ? 'servicePrincipal' : 'user',
    name: me.userName,
    level: 'CAN_MANAGE',
  }
  const others = [...new Set(people)].filter((name) => name !== me.userName.toLowerCase())
  return [own, ...others.map((name): Grant => ({ principal: 'user', name, level: 'CAN_USE' }))]
}

function workerResources({ credentials, resources }: WorkshopSpec, scope: string): readonly Resource[] {
  const token = {
    name: credentials.resourceName,
    description: 'model token of the workshop',
    secret: { scope, key: credentials.secretKey, permission: 'READ' },
  }
  return [token, ...resources.map(platformResource)]
}

function platformResource(resource: WorkshopSpec['resources'][number]): Resource {
  const { name, description, sqlWarehouse, servingEndpoint, volume } = resource
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(sqlWarehouse ? { sql_warehouse: sqlWarehouse } : {}),
    ...(servingEndpoint ? { serving_endpoint: servingEndpoint } : {}),
    ...(volume
      ? {
          uc_securable: {
            securable_full_name: volume.fullName,
            securable_type: 'VOLUME',
            permission: volume.permission,
          },
        }
      : {}),
  }
}

function envOf(names: Names, credentials: WorkshopSpec['credentials'], resources: readonly Resource[]) {
  const fleetFile = { name: workerEnv.fleetFile, value: names.fleetFile }
  const hasToken = resources.some(({ name }) => name === credentials.resourceName)
  return hasToken ? [fleetFile, { name: workerEnv.modelToken, valueFrom: credentials.resourceName }] : [fleetFile]
}

function gitRepositoryOf({ source }: WorkshopSpec): Pick<DesiredApp, 'gitRepository'> {
  if (!source.git) return {}
  return { gitRepository: { url: source.git.url, provider: gitProvider(source.git.url) } }
}

/** The platform wants the provider by name; the host tells it, self-hosted ones are taken for GitLab's enterprise edition. */
function gitProvider(url: string): string {
  if (url.includes('github.com')) return 'gitHub'
  if (url.includes('bitbucket.org')) return 'bitbucketCloud'
  if (url.includes('dev.azure.com')) return 'azureDevOpsServices'
  return url.includes('gitlab.com') ? 'gitLab' : 'gitLabEnterpriseEdition'
}

function tokenWish(token: WorkshopSpec['credentials']['token'], given: DesiredInput['givenToken']): TokenWish {
  if (given) return { kind: 'given', ...given }
  return {
    kind: 'issue',
    lifetimeMs: durationMs(token.issue?.lifetime ?? '90d'),
    renewBeforeMs: durationMs(token.issue?.renewBefore ?? '14d'),
  }
}
