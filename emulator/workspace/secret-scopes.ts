/** Secret scopes with their values and ACLs. Scope and key names compare without case. */
import type { Clock } from '../clock.ts'
import { ApiError, denied, invalid, missing } from '../http/api-error.ts'
import type { Caller } from './credentials.ts'
import { nameOf, type Principal, type Principals, usersGroup } from './principals.ts'

/** From low to high. */
export const secretLevels = ['READ', 'WRITE', 'MANAGE'] as const
export type SecretLevel = (typeof secretLevels)[number]

interface Secret {
  readonly key: string
  readonly value: Buffer
  readonly updatedAt: number
}

/** One scope; ACL keys are user names, group names or application ids. */
export interface SecretScope {
  readonly name: string
  readonly secrets: Map<string, Secret>
  readonly acl: Map<string, SecretLevel>
}

/** Documented: 1,000 scopes per workspace, 1,000 secrets per scope, 128 KiB per value, 128 characters per name. */
const scopeLimit = 1_000
const secretLimit = 1_000
const valueLimit = 131_072
const nameRule = /^[\w.@-]{1,128}$/

export class SecretScopes {
  readonly #scopes = new Map<string, SecretScope>()
  readonly #clock: Clock
  readonly #principals: Principals

  constructor(clock: Clock, principals: Principals) {
    this.#clock = clock
    this.#principals = principals
  }

  list(): readonly SecretScope[] {
    return [...this.#scopes.values()]
  }

  find(name: string): SecretScope | undefined {
    return this.#scopes.get(name.toLowerCase())
  }

  /** The scope, for somebody who holds `level` on it. Throws 404 and 403. */
  use(name: string, caller: Caller, level: SecretLevel): SecretScope {
    const scope = this.find(name)
    if (!scope) throw missing(`Scope ${name} does not exist!`)
    if (!caller.isAdmin && !this.allows(scope, caller.principal, level))
      throw denied(`User ${nameOf(caller.principal)} does not have ${level} permission on scope ${scope.name}`)
    return scope
  }

  allows(scope: SecretScope, principal: Principal, level: SecretLevel): boolean {
    const names = [nameOf(principal), ...this.#principals.groupsOf(principal).map((group) => group.displayName)]
    return names.some((name) => {
      const held = scope.acl.get(name)
      return held !== undefined && secretLevels.indexOf(held) >= secretLevels.indexOf(level)
    })
  }

  create(name: string, caller: Caller, everybodyManages: boolean): void {
    if (!nameRule.test(name))
      throw invalid('Scope names hold 1 to 128 alphanumeric characters, dashes, underscores, @ and periods.')
    if (this.find(name)) throw new ApiError(400, 'RESOURCE_ALREADY_EXISTS', `Scope ${name} already exists!`)
    if (this.#scopes.size >= scopeLimit)
      throw new ApiError(400, 'RESOURCE_LIMIT_EXCEEDED', `The workspace has ${scopeLimit} secret scopes already.`)
    this.#scopes.set(name.toLowerCase(), {
      name,
      secrets: new Map(),
      acl: new Map([[everybodyManages ? usersGroup : nameOf(caller.principal), 'MANAGE']]),
    })
  }

  delete(scope: SecretScope): void {
    this.#scopes.delete(scope.name.toLowerCase())
  }

  put(scope: SecretScope, key: string, value: Buffer): void {
    if (!nameRule.test(key))
      throw invalid('Secret keys hold 1 to 128 alphanumeric characters, dashes, underscores, @ and periods.')
    if (value.length > valueLimit) throw invalid(`Secret values may have ${valueLimit} bytes.`)
    if (!scope.secrets.has(key.toLowerCase()) && scope.secrets.size >= secretLimit)
      throw new ApiError(400, 'RESOURCE_LIMIT_EXCEEDED', `Scope ${scope.name} has ${secretLimit} secrets already.`)
    scope.secrets.set(key.toLowerCase(), { key, value, updatedAt: this.#clock.now() })
  }

  /** Throws 404. */
  secret(scope: SecretScope, key: string): Secret {
    const secret = scope.secrets.get(key.toLowerCase())
    if (!secret) throw missing(`Secret does not exist with scope: ${scope.name} and key: ${key}`)
    return secret
  }

  /** The name under which an ACL keeps a principal. Throws 404 for strangers. */
  granteeName(principal: string): string {
    const known = this.#principals.named(principal)
    const name = known ? nameOf(known) : this.#principals.group(principal)?.displayName
    if (name === undefined) throw missing(`User or Group ${principal} does not exist.`)
    return name
  }
}
