/** Tokens and secrets that prove who calls: personal access tokens, OAuth of service principals, forwarded user tokens. */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { AdmissionError } from '../http/api-error.ts'
import type { Principal, Principals, ServicePrincipal } from './principals.ts'

/** The scope that opens every API. */
export const allApis = 'all-apis'

/** A personal access token. Times are epoch milliseconds, `expiresAt` -1 is never. */
export interface PersonalToken {
  readonly tokenId: string
  readonly value: string
  readonly ownerId: string
  readonly createdById: string
  readonly comment: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly scopes: readonly string[] | undefined
  readonly lastUsedAt?: number
}

/** What OAuth gave out. `app` is set on tokens that the proxy forwards to that app. */
export interface OauthToken {
  readonly value: string
  readonly principalId: string
  readonly scopes: readonly string[]
  readonly expiresAt: number
  readonly app?: string
}

/** Who calls and how far their credential reaches. */
export interface Caller {
  readonly principal: Principal
  readonly scopes: readonly string[]
  readonly kind: 'pat' | 'oauth'
  readonly isAdmin: boolean
}

/** OAuth tokens live an hour (documented). */
const oauthLifetimeMs = 3_600_000
/** A forwarded token is renewed while this much is left, so that an app never gets one about to die. */
const forwardedReserveMs = 600_000

export class Credentials {
  readonly #clock: Clock
  readonly #principals: Principals
  readonly #personal = new Map<string, PersonalToken>()
  readonly #oauth = new Map<string, OauthToken>()
  readonly #clientSecrets = new Map<string, string>()

  constructor(clock: Clock, principals: Principals) {
    this.#clock = clock
    this.#principals = principals
  }

  /** Issues a personal access token. Without `value` a fresh one is made. */
  issuePersonal(options: {
    owner: Principal
    createdBy?: Principal
    comment?: string
    lifetimeMs?: number
    scopes?: readonly string[]
    value?: string
  }): PersonalToken {
    const now = this.#clock.now()
    const token: PersonalToken = {
      tokenId: randomBytes(32).toString('hex'),
      value: options.value ?? `dapi${randomBytes(16).toString('hex')}`,
      ownerId: String(options.owner.id),
      createdById: String((options.createdBy ?? options.owner).id),
      comment: options.comment ?? '',
      createdAt: now,
      expiresAt: options.lifetimeMs === undefined ? -1 : now + options.lifetimeMs,
      scopes: options.scopes,
    }
    this.#personal.set(token.tokenId, token)
    return token
  }

  personalTokens(): readonly PersonalToken[] {
    return [...this.#personal.values()]
  }

  personalToken(tokenId: string): PersonalToken | undefined {
    return this.#personal.get(tokenId)
  }

  replacePersonal(token: PersonalToken): void {
    this.#personal.set(token.tokenId, token)
  }

  revokePersonal(tokenId: string): void {
    this.#personal.delete(tokenId)
  }

  oauthTokens(): readonly OauthToken[] {
    return [...this.#oauth.values()]
  }

  /** The client secret of a service principal, made on first asking. */
  clientSecret(principal: ServicePrincipal): string {
    const known = this.#clientSecrets.get(principal.applicationId)
    if (known !== undefined) return known
    const secret = `dose${randomBytes(16).toString('hex')}`
    this.#clientSecrets.set(principal.applicationId, secret)
    return secret
  }

  setClientSecret(principal: ServicePrincipal, secret: string): void {
    this.#clientSecrets.set(principal.applicationId, secret)
  }

  /** The client-credentials grant. Undefined when id or secret are wrong. */
  exchangeClientSecret(clientId: string, secret: string): OauthToken | undefined {
    const principal = this.#principals.servicePrincipal(clientId)
    if (!principal?.active || this.#clientSecrets.get(principal.applicationId) !== secret) return undefined
    return this.#issueOauth(principal, [allApis])
  }

  /** The token that the proxy hands to `app` for this person: one per person, app and set of scopes while it lasts. */
  forwarded(app: string, principal: Principal, scopes: readonly string[]): string {
    const wanted = scopes.join(' ')
    for (const token of this.#oauth.values())
      if (
        token.app === app &&
        token.principalId === String(principal.id) &&
        token.scopes.join(' ') === wanted &&
        token.expiresAt - this.#clock.now() > forwardedReserveMs
      )
        return token.value
    return this.#issueOauth(principal, scopes, app).value
  }

  /** Drops every token of a principal or of an app that is gone. */
  forget(gone: { readonly principalId?: string; readonly app?: string }): void {
    for (const token of this.#oauth.values())
      if (token.principalId === gone.principalId || (gone.app !== undefined && token.app === gone.app))
        this.#oauth.delete(token.value)
    for (const token of this.#personal.values())
      if (token.ownerId === gone.principalId) this.#personal.delete(token.tokenId)
  }

  /** Who an Authorization header speaks for. Throws 401 without a credential and 403 for one that is no good. */
  authenticate(authorization: string | undefined): Caller {
    const bearer = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1]
    if (bearer === undefined)
      throw new AdmissionError(401, 401, 'Credential was not sent or was of an unsupported type for this API.')
    const caller = this.lookUp(bearer)
    if (!caller) throw new AdmissionError(403, 403, 'Invalid access token.')
    return caller
  }

  /** Who holds a bearer token, if it is alive. */
  lookUp(bearer: string): Caller | undefined {
    const now = this.#clock.now()
    const oauth = this.#oauth.get(bearer)
    if (oauth) return oauth.expiresAt > now ? this.#caller(oauth.principalId, oauth.scopes, 'oauth') : undefined
    const personal = this.personalTokens().find((token) => token.value === bearer)
    if (!personal || (personal.expiresAt !== -1 && personal.expiresAt <= now)) return undefined
    this.replacePersonal({ ...personal, lastUsedAt: now })
    return this.#caller(personal.ownerId, personal.scopes ?? [allApis], 'pat')
  }

  #caller(principalId: string, scopes: readonly string[], kind: Caller['kind']): Caller | undefined {
    const principal = this.#principals.byId(principalId)
    if (!principal || principal.kind === 'group' || !principal.active) return undefined
    return { principal, scopes, kind, isAdmin: this.#principals.isAdmin(principal) }
  }

  #issueOauth(principal: Principal, scopes: readonly string[], app?: string): OauthToken {
    const token: OauthToken = {
      value: `eyJ${randomBytes(36).toString('base64url')}`,
      principalId: String(principal.id),
      scopes,
      expiresAt: this.#clock.now() + oauthLifetimeMs,
      ...(app === undefined ? {} : { app }),
    }
    this.#oauth.set(token.value, token)
    return token
  }
}

/** Whether granted scopes open an API: `files` opens `files.files`, `all-apis` everything. */
export function scopesAllow(granted: readonly string[], required: string): boolean {
  return granted.some(
    (scope) =>
      scope === allApis || scope === required || required.startsWith(`${scope}.`) || required.startsWith(`${scope}:`),
  )
}
