/** Who exists in the workspace: users, service principals and (nested) groups. */
import { randomUUID } from 'node:crypto'

/** A person. */
export interface User {
  readonly kind: 'user'
  readonly id: bigint
  readonly userName: string
  readonly displayName: string
  readonly active: boolean
  readonly externalId?: string
}

/** A machine identity; `applicationId` is what permissions and tokens call it. */
export interface ServicePrincipal {
  readonly kind: 'service-principal'
  readonly id: bigint
  readonly applicationId: string
  readonly displayName: string
  readonly active: boolean
  readonly externalId?: string
}

export type Principal = User | ServicePrincipal

/** `members` are ids of users, service principals or groups, as text. */
export interface Group {
  readonly kind: 'group'
  readonly id: bigint
  readonly displayName: string
  readonly members: readonly string[]
  readonly externalId?: string
}

/** Everything that SCIM lists. */
export type Identity = Principal | Group

/** Groups that every workspace has. Everybody is in `users`; nobody is listed there. */
export const adminsGroup = 'admins'
export const usersGroup = 'users'

/** The name under which permissions and logs speak of a principal. */
export const nameOf = (principal: Principal) =>
  principal.kind === 'user' ? principal.userName : principal.applicationId

/** The roster of the workspace. Names compare without case. */
export class Principals {
  readonly #byId = new Map<string, Identity>()
  /** By lower-cased name; undefined after a change that is more than one more. */
  #users: Map<string, User> | undefined
  /** Users and groups stay below 2^53, service principals lie above it, as on the platform, and are odd: no double holds them. */
  #nextSmall = 7_012_345_678_901_200n
  #nextLarge = 73_749_288_347_493_821n

  constructor() {
    this.addGroup({ displayName: adminsGroup })
    this.addGroup({ displayName: usersGroup })
  }

  addUser(fields: { userName: string; displayName?: string; active?: boolean; externalId?: string }): User {
    return this.#keep({
      kind: 'user',
      id: this.#nextSmall++,
      userName: fields.userName,
      displayName: fields.displayName ?? fields.userName,
      active: fields.active ?? true,
      ...(fields.externalId === undefined ? {} : { externalId: fields.externalId }),
    })
  }

  addServicePrincipal(fields: {
    displayName: string
    applicationId?: string
    active?: boolean
    externalId?: string
  }): ServicePrincipal {
    this.#nextLarge += 2n
    return this.#keep({
      kind: 'service-principal',
      id: this.#nextLarge,
      applicationId: fields.applicationId ?? randomUUID(),
      displayName: fields.displayName,
      active: fields.active ?? true,
      ...(fields.externalId === undefined ? {} : { externalId: fields.externalId }),
    })
  }

  addGroup(fields: { displayName: string; members?: readonly string[]; externalId?: string }): Group {
    return this.#keep({
      kind: 'group',
      id: this.#nextSmall++,
      displayName: fields.displayName,
      members: fields.members ?? [],
      ...(fields.externalId === undefined ? {} : { externalId: fields.externalId }),
    })
  }

  /** Replaces what has the same id. */
  replace(identity: Identity): void {
    this.#byId.set(String(identity.id), identity)
    this.#users = undefined
  }

  /** Takes somebody out, from every group too. */
  remove(id: string): void {
    this.#byId.delete(id)
    this.#users = undefined
    for (const group of this.groups())
      if (group.members.includes(id))
        this.replace({ ...group, members: group.members.filter((member) => member !== id) })
  }

  byId(id: string): Identity | undefined {
    return this.#byId.get(id)
  }

  users(): readonly User[] {
    return [...this.#byId.values()].filter((identity) => identity.kind === 'user')
  }

  servicePrincipals(): readonly ServicePrincipal[] {
    return [...this.#byId.values()].filter((identity) => identity.kind === 'service-principal')
  }

  groups(): readonly Group[] {
    return [...this.#byId.values()].filter((identity) => identity.kind === 'group')
  }

  user(userName: string): User | undefined {
    return this.#userByName().get(userName.toLowerCase())
  }

  servicePrincipal(applicationId: string): ServicePrincipal | undefined {
    return this.servicePrincipals().find((principal) => sameName(principal.applicationId, applicationId))
  }

  group(displayName: string): Group | undefined {
    return this.groups().find((group) => sameName(group.displayName, displayName))
  }

  /** A principal by the name that `nameOf` gives. */
  named(name: string): Principal | undefined {
    return this.user(name) ?? this.servicePrincipal(name)
  }

  /** Who is directly in a group; everybody is in `users`. */
  membersOf(group: Group): readonly string[] {
    if (group.displayName !== usersGroup) return group.members
    return [...this.users(), ...this.servicePrincipals()].map(({ id }) => String(id))
  }

  /** Groups that hold this identity, directly or through others; `users` always. Cycles are harmless. */
  groupsOf(principal: Principal): readonly Group[] {
    const found = new Map<string, Group>()
    const wave = [String(principal.id)]
    for (let id = wave.pop(); id !== undefined; id = wave.pop())
      for (const group of this.groups())
        if (group.members.includes(id) && !found.has(String(group.id))) {
          found.set(String(group.id), group)
          wave.push(String(group.id))
        }
    const everybody = this.group(usersGroup)
    if (everybody) found.set(String(everybody.id), everybody)
    return [...found.values()]
  }

  isAdmin(principal: Principal): boolean {
    return this.groupsOf(principal).some((group) => group.displayName === adminsGroup)
  }

  /** Puts a principal into a group that exists. */
  join(groupName: string, principal: Identity): void {
    const group = this.group(groupName)
    if (group && !group.members.includes(String(principal.id)))
      this.replace({ ...group, members: [...group.members, String(principal.id)] })
  }

  #keep<T extends Identity>(identity: T): T {
    this.#byId.set(String(identity.id), identity)
    if (identity.kind === 'user' && this.#users && !this.user(identity.userName)) {
      this.#users.set(identity.userName.toLowerCase(), identity)
    }
    return identity
  }

  /** Of two of one name the first counts. */
  #userByName(): ReadonlyMap<string, User> {
    this.#users ??= new Map(
      this.users()
        .toReversed()
        .map((user) => [user.userName.toLowerCase(), user]),
    )
    return this.#users
  }
}

const sameName = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
