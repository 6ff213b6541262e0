/** Access control lists of every object that has one, and what a principal gets from them. Pure but for the store. */
import { ApiError, invalid, missing } from '../http/api-error.ts'
import { type Fields, optionalText } from '../http/call.ts'
import { nameOf, type Principal, type Principals } from './principals.ts'

/** Whom an entry names: a user name, a group's display name or a service principal's application id. */
export type GranteeKind = 'user_name' | 'group_name' | 'service_principal_name'

/** One grant. */
export interface AclEntry {
  readonly kind: GranteeKind
  readonly name: string
  readonly level: string
}

/** An entry that reaches an object from one above it; `from` is that object's id, such as `/directories/12`. */
export interface InheritedEntry extends AclEntry {
  readonly from: string
}

/** Direct grants by object id (`/apps/NAME`, `/directories/12`). */
export class Acls {
  readonly #entries = new Map<string, readonly AclEntry[]>()

  of(objectId: string): readonly AclEntry[] {
    return this.#entries.get(objectId) ?? []
  }

  set(objectId: string, entries: readonly AclEntry[]): void {
    this.#entries.set(objectId, entries)
  }

  remove(objectId: string): void {
    this.#entries.delete(objectId)
  }
}

/** Reads `access_control_list` of a request. Throws for unknown levels and for principals that do not exist. */
export function readAcl(
  list: readonly Fields[],
  levels: readonly string[],
  principals: Principals,
): readonly AclEntry[] {
  return list.map((item) => {
    const level = optionalText(item, 'permission_level')
    if (level === undefined || !levels.includes(level))
      throw invalid(`Permission level ${level ?? '(none)'} is not one of ${levels.join(', ')}.`)
    const named = (['user_name', 'group_name', 'service_principal_name'] as const).filter(
      (kind) => optionalText(item, kind) !== undefined,
    )
    const kind = named[0]
    if (kind === undefined || named.length > 1)
      throw invalid('Exactly one of user_name, group_name or service_principal_name must be given.')
    return { kind, name: canonicalName(kind, optionalText(item, kind) ?? '', principals), level }
  })
}

function canonicalName(kind: GranteeKind, name: string, principals: Principals): string {
  if (kind === 'user_name') {
    const user = principals.user(name)
    if (user) return user.userName
    throw missing(`Principal: UserName(${name}) does not exist`)
  }
  if (kind === 'group_name') {
    const group = principals.group(name)
    if (group) return group.displayName
    throw missing(`Principal: GroupName(${name}) does not exist`)
  }
  const principal = principals.servicePrincipal(name)
  if (principal) return principal.applicationId
  throw missing(`Principal: ServicePrincipalName(${name}) does not exist`)
}

/** PATCH: entries of the named grantees are replaced, all others stay. */
export function mergeAcl(held: readonly AclEntry[], sent: readonly AclEntry[]): readonly AclEntry[] {
  return [...held.filter((old) => !sent.some((entry) => sameGrantee(old, entry))), ...sent]
}

const sameGrantee = (a: AclEntry, b: AclEntry) => a.kind === b.kind && a.name === b.name

/** The highest level that the entries give a principal, by its own name or a group's. `levels` run from low to high. */
export function levelOf(
  entries: readonly AclEntry[],
  principal: Principal,
  principals: Principals,
  levels: readonly string[],
): string | undefined {
  const groups = new Set(principals.groupsOf(principal).map((group) => group.displayName))
  const own = nameOf(principal)
  const reached = entries
    .filter((entry) => (entry.kind === 'group_name' ? groups.has(entry.name) : entry.name === own))
    .map((entry) => levels.indexOf(entry.level))
  const best = Math.max(-1, ...reached)
  return levels[best]
}

/** `access_control_list` of an answer: one item per grantee with its direct and inherited permissions. */
export function renderAcl(
  direct: readonly AclEntry[],
  inherited: readonly InheritedEntry[],
  principals: Principals,
): readonly object[] {
  const items = new Map<string, { head: object; permissions: object[] }>()
  for (const entry of [...direct, ...inherited]) {
    const key = `${entry.kind} ${entry.name}`
    const item = items.get(key) ?? {
      head: { [entry.kind]: entry.name, display_name: displayName(entry, principals) },
      permissions: [],
    }
    item.permissions.push({
      permission_level: entry.level,
      inherited: 'from' in entry,
      ...('from' in entry ? { inherited_from_object: [entry.from] } : {}),
    })
    items.set(key, item)
  }
  return [...items.values()].map(({ head, permissions }) => ({ ...head, all_permissions: permissions }))
}

function displayName(entry: AclEntry, principals: Principals): string {
  return entry.kind === 'group_name' ? entry.name : (principals.named(entry.name)?.displayName ?? entry.name)
}

/** 403 in the platform's words. */
export const lacksPermission = (principal: Principal, level: string, object: string) =>
  new ApiError(403, 'PERMISSION_DENIED', `${nameOf(principal)} does not have ${level} permission on ${object}.`)
