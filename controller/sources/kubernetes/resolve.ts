/**
 * One custom resource with what it refers to, as the loop wants it. What cannot be used leaves the last good spec in
 * force; a workspace that may not be used refuses everything. Pure.
 */
import { createHash } from 'node:crypto'
import { type Problem, WorkshopError } from '@workshop/contracts/errors'
import { validateWorkshop } from '@workshop/contracts/validate'
import type { Workshop, WorkshopSpec, WorkshopStatus } from '@workshop/contracts/workshop'
import { loginFrom, type WorkspaceLogin } from '../../databricks/client/credentials.ts'
import { type KubeObject, keyOfMeta } from '../../kubernetes/objects.ts'
import type { Wish } from '../../loop/subject.ts'
import { parseRoster } from '../roster-file.ts'
import { mayUseDefault, mayUseHost, refusedInCluster, type Trust } from '../trust.ts'

export interface WorkshopObject extends KubeObject {
  readonly spec: WorkshopSpec
  readonly status?: WorkshopStatus
}

export interface Reference {
  readonly kind: 'Secret' | 'ConfigMap'
  readonly namespace: string
  readonly name: string
}

/** Decoded values by key, or why there are none. */
export type Content = ReadonlyMap<string, string> | { readonly missing: string }

export const finalizer = 'vibeworkshop.dev/fleet'
/** Asks for a look; its value comes back as status.lastHandledReconcileAt. */
export const requestAnnotation = 'vibeworkshop.dev/reconcile-requested-at'
/** On a Workshop that is being deleted: let go of it and leave its fleet where it is. */
export const orphanAnnotation = 'vibeworkshop.dev/orphan'

/** Everything that this Workshop reads beside itself, always in its own namespace. */
export function referencesOf({ metadata: { namespace }, spec }: WorkshopObject): readonly Reference[] {
  const { workspaceRef, participants, credentials } = spec
  const secrets = [workspaceRef?.secretRef, credentials?.token?.secretRef]
  const rosters = (participants?.usersFrom ?? []).flatMap(({ secretRef, configMapRef }) => [
    ...(secretRef ? [{ kind: 'Secret', namespace, name: secretRef.name } as const] : []),
    ...(configMapRef ? [{ kind: 'ConfigMap', namespace, name: configMapRef.name } as const] : []),
  ])
  return [
    ...secrets.flatMap((ref) => (ref ? [{ kind: 'Secret', namespace, name: ref.name } as const] : [])),
    ...rosters,
  ]
}

export interface ResolveInput {
  readonly object: WorkshopObject
  readonly read: (reference: Reference) => Content
  readonly trust: Trust
  /** The wish of the same object that came before; of another uid it counts for nothing. */
  readonly before: Wish | undefined
}

export function resolveWish({ object, read, trust, before }: ResolveInput): Wish {
  const { metadata, status, ...rest } = object
  const { namespace, annotations = {} } = metadata
  const last = before?.object?.uid === metadata.uid ? before : undefined
  const isLeaving = metadata.deletionTimestamp !== undefined
  const { workshop: valid, problems } = validateWorkshop({ ...rest, metadata })
  const refused = valid ? refusedInCluster(valid.spec) : []
  const roster = valid ? rosterOf(valid.spec, namespace, read) : { people: [], problems: [] }
  const token = valid ? tokenOf(valid.spec, namespace, read) : {}
  const all = [...problems, ...refused, ...roster.problems, ...(token.problem ? [token.problem] : [])]
  const isGood = all.length === 0
  const kept = isGood || last?.isUsable === false ? undefined : last
  const workshop = kept?.workshop ?? valid ?? (object as unknown as Workshop)
  const access = accessOf(workshop.spec, namespace, read, trust)
  // Of a namespace that goes, Secrets go first; what is taken down needs what it was made with.
  const login = access.login ?? (isLeaving ? last?.login : undefined)
  const givenToken = token.value ?? kept?.givenToken
  return {
    key: keyOfMeta(metadata),
    workshop,
    problems: all,
    people: kept?.people ?? roster.people,
    folder: '/nonexistent',
    uri: `kubernetes:${namespace}/${metadata.name}`,
    revision: revisionOf(object, roster.people, givenToken),
    isUsable: isGood || kept !== undefined,
    ...(login ? { login } : {}),
    ...(access.refusal && !login ? { refusal: access.refusal } : {}),
    ...(givenToken === undefined ? {} : { givenToken }),
    object: {
      uid: metadata.uid,
      generation: metadata.generation ?? 1,
      isLeaving,
      ...(metadata.deletionTimestamp === undefined ? {} : { leavingSince: Date.parse(metadata.deletionTimestamp) }),
      isOrphaned: isLeaving && annotations[orphanAnnotation] === 'true',
      requestedAt: annotations[requestAnnotation],
      status,
    },
  }
}

/** Changes exactly when the loop should look again because of the source. */
export function wishPrint(wish: Wish, object: WorkshopObject): string {
  const { status: _status, ...known } = wish.object ?? {}
  const { metadata: _metadata, ...workshop } = wish.workshop
  const isOurs = object.metadata.finalizers?.includes(finalizer) ?? false
  return digest(JSON.stringify([{ ...wish, workshop: workshop.spec, object: known }, isOurs]))
}

/** Where a roster lies in a Secret or ConfigMap unless a key is given. No default of the schema: it would stand in a list, where GitOps tools see a difference. */
const rosterKey = 'users'

function rosterOf({ participants }: WorkshopSpec, namespace: string, read: ResolveInput['read']) {
  const people: string[] = []
  const problems: Problem[] = []
  for (const [at, { secretRef, configMapRef }] of participants.usersFrom.entries()) {
    const ref = secretRef ?? configMapRef
    if (!ref) continue
    const where = `spec.participants.usersFrom[${at}]`
    const kind = secretRef ? 'Secret' : 'ConfigMap'
    const { name, key = rosterKey } = ref
    const found = keyValue(read({ kind, namespace, name }), kind, { name, key }, where)
    if ('problem' in found) problems.push(found.problem)
    else {
      const roster = parseRoster(found.value, `${where} (${kind} ${name})`, kind === 'Secret')
      problems.push(...roster.problems)
      people.push(...roster.people.map(({ email }) => email))
    }
  }
  return { people, problems }
}

function tokenOf(
  { credentials }: WorkshopSpec,
  namespace: string,
  read: ResolveInput['read'],
): { readonly value?: string; readonly problem?: Problem } {
  const ref = credentials.token.secretRef
  if (!ref) return {}
  const content = read({ kind: 'Secret', namespace, name: ref.name })
  return keyValue(content, 'Secret', ref, 'spec.credentials.token.secretRef')
}

function accessOf(
  { workspaceRef }: WorkshopSpec,
  namespace: string,
  read: ResolveInput['read'],
  trust: Trust,
): { readonly login?: WorkspaceLogin; readonly refusal?: Problem } {
  const ref = workspaceRef?.secretRef
  const where = 'spec.workspaceRef'
  if (!ref) {
    if (mayUseDefault(namespace, trust)) return {}
    const message = `namespace ${namespace} may not use the controller's own credentials`
    return { refusal: { code: 'WO-3012', message, where } }
  }
  const content = read({ kind: 'Secret', namespace, name: ref.name })
  if ('missing' in content) {
    return {
      refusal: { code: 'WO-3010', message: `Secret ${ref.name} ${content.missing}`, where: `${where}.secretRef` },
    }
  }
  try {
    const login = loginFrom(
      `Secret ${ref.name}`,
      Object.fromEntries([...content].map(([key, text]) => [key, text.trim()])),
    )
    if (mayUseHost(login.host, trust.allowedHosts)) return { login }
    return { refusal: { code: 'WO-3012', message: `the host of Secret ${ref.name} is not an allowed one`, where } }
  } catch (error) {
    const [problem] = error instanceof WorkshopError ? error.problems : []
    const message = problem?.message ?? `Secret ${ref.name} holds no address of a workspace under host`
    return { refusal: { code: 'WO-3010', message, where: `${where}.secretRef` } }
  }
}

function keyValue(
  content: Content,
  kind: Reference['kind'],
  { name, key }: { readonly name: string; readonly key: string },
  where: string,
): { readonly value: string } | { readonly problem: Problem } {
  const why = 'missing' in content ? content.missing : `has no key ${key}`
  const value = 'missing' in content ? undefined : content.get(key)
  return value === undefined ? { problem: { code: 'WO-3010', message: `${kind} ${name} ${why}`, where } } : { value }
}

/** `generation-3`, with the hash of what lies beside the object where there is such. */
function revisionOf({ metadata }: WorkshopObject, people: readonly string[], token: string | undefined): string {
  const beside =
    people.length > 0 || token !== undefined ? `.${digest(JSON.stringify([people, token])).slice(0, 6)}` : ''
  return `generation-${metadata.generation ?? 1}${beside}`
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}
