/**
 * Who is signed in: one cookie per app host, as on the platform, and one of the identity provider on apps.localhost
 * that lets the next app skip the question. Ids are random and signed; who they stand for stays in memory.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { appsDomain } from './app-address.ts'

export const appCookie = 'emulator-app-session'
export const providerCookie = 'emulator-sign-in'

/** The platform asks again after a day. */
const lifetimeMs = 24 * 3_600_000

interface Session {
  readonly email: string
  /** The app whose host may use it; undefined for the identity provider's. */
  readonly app: string | undefined
  /** The sign-in that it came from; they end together. */
  readonly signIn: string
  readonly expiresAt: number
}

export class IdentitySessions {
  readonly #key = randomBytes(32)
  readonly #sessions = new Map<string, Session>()
  readonly #now: () => number

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now
  }

  /** The person that the app's own cookie names. */
  personOf(app: string, cookieHeader: string | undefined): string | undefined {
    return this.#find(appCookie, cookieHeader, (session) => session.app === app)?.email
  }

  /** Set-Cookie values of a fresh sign-in at an app's host. */
  signIn(app: string, email: string): string[] {
    this.#dropExpired()
    const provider = randomBytes(24).toString('base64url')
    const session = { email, app: undefined, signIn: provider, expiresAt: this.#now() + lifetimeMs }
    this.#sessions.set(provider, session)
    return [
      `${providerCookie}=${this.#signed(provider)}; Domain=${appsDomain}; Path=/; HttpOnly; SameSite=Lax`,
      this.#appCookie(app, session),
    ]
  }

  /** The app's own cookie for somebody who has signed in at another app; undefined when nobody has. */
  join(app: string, cookieHeader: string | undefined): string | undefined {
    const session = this.#find(providerCookie, cookieHeader, (candidate) => candidate.app === undefined)
    return session === undefined ? undefined : this.#appCookie(app, session)
  }

  /** Ends the sign-in at every app; returns Set-Cookie values that clear the cookies. */
  signOut(app: string, cookieHeader: string | undefined): string[] {
    const ended = [
      this.#find(appCookie, cookieHeader, (session) => session.app === app)?.signIn,
      this.#find(providerCookie, cookieHeader, (session) => session.app === undefined)?.signIn,
    ]
    for (const [id, session] of this.#sessions) if (ended.includes(session.signIn)) this.#sessions.delete(id)
    const gone = 'Path=/; HttpOnly; SameSite=Lax; Max-Age=0'
    return [`${providerCookie}=; Domain=${appsDomain}; ${gone}`, `${appCookie}=; ${gone}`]
  }

  #appCookie(app: string, from: Session): string {
    const id = randomBytes(24).toString('base64url')
    this.#sessions.set(id, { ...from, app })
    return `${appCookie}=${this.#signed(id)}; Path=/; HttpOnly; SameSite=Lax`
  }

  #find(name: string, header: string | undefined, fits: (session: Session) => boolean): Session | undefined {
    for (const [cookie, value] of cookiesOf(header)) {
      const id = cookie === name ? this.#verified(value) : undefined
      const session = id === undefined ? undefined : this.#sessions.get(id)
      if (session !== undefined && session.expiresAt > this.#now() && fits(session)) return session
    }
    return undefined
  }

  #signed(id: string): string {
    return `${id}.${createHmac('sha256', this.#key).update(id).digest('base64url')}`
  }

  #verified(value: string): string | undefined {
    const id = value.slice(0, value.indexOf('.'))
    const expected = Buffer.from(this.#signed(id))
    const given = Buffer.from(value)
    return given.length === expected.length && timingSafeEqual(given, expected) ? id : undefined
  }

  #dropExpired(): void {
    for (const [id, session] of this.#sessions) if (session.expiresAt <= this.#now()) this.#sessions.delete(id)
  }
}

/** Name and value of each cookie, in the order sent. */
export function cookiesOf(header: string | undefined): [string, string][] {
  return (header ?? '').split(';').flatMap((part) => {
    const at = part.indexOf('=')
    return at < 0 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()] as [string, string]]
  })
}

/** A Cookie header without the proxy's own cookies; undefined when nothing is left. */
export function withoutOwnCookies(header: string): string | undefined {
  const kept = header.split(';').filter((part) => !isOwnCookie(part))
  return kept.length === 0 ? undefined : kept.join(';').trim()
}

/** True for a cookie (`name=value…`) that belongs to the proxy; an app may neither see nor set it. */
export function isOwnCookie(text: string): boolean {
  const name = text.split('=', 1)[0]?.trim()
  return name === appCookie || name === providerCookie
}
