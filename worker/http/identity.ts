/** The person behind a request, from the proxy's headers. Only for connections that `peer.ts` believes. */
import type { IncomingHttpHeaders } from 'node:http'
import { personKey } from '@workshop/contracts/placement'

/** Who asks, as the platform's proxy says. */
export interface Caller {
  /** Lower-cased; empty for a service principal that has no address. */
  readonly email: string
  readonly displayName: string
  /** Names that control routes compare with the fleet file's operators: the address, and the platform's own id. */
  readonly principals: readonly string[]
  /** The person's own token, present when user authorization is on and consented. */
  readonly accessToken: string | undefined
}

/** Longest address that SMTP allows (RFC 5321, 4.5.3.1.3), and bound for every other name. */
const longestName = 254

/** Undefined when nobody is named. A header that was sent twice is believed in none of its values. */
export function callerOf(headers: IncomingHttpHeaders): Caller | undefined {
  const email = personKey(single(headers['x-forwarded-email']))
  const user = personKey(single(headers['x-forwarded-user']))
  if (email === '' && user === '') return undefined
  return {
    email,
    displayName: displayName(headers['x-forwarded-preferred-username']) || email.split('@')[0] || user,
    principals: [email, user].filter((name) => name !== ''),
    accessToken: token(headers['x-forwarded-access-token']),
  }
}

function single(value: string | string[] | undefined): string {
  if (typeof value !== 'string' || value.includes(',') || value.length > longestName) return ''
  return value.trim()
}

function token(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && /^[\x21-\x2b\x2d-\x7e]+$/.test(value) ? value : undefined
}

/** For showing only, so commas are fine. Node gives header bytes as Latin-1; no controls, no bidirectional marks. */
function displayName(value: string | string[] | undefined): string {
  if (typeof value !== 'string') return ''
  const text = Buffer.from(value, 'latin1').toString('utf8')
  return text
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(0, 80)
}

/** The last token of each person, in memory only; the gateway exchanges session keys for it. */
export class UserTokens {
  readonly #tokens = new Map<string, string>()

  /** Keeps the token that came with a request, if any. */
  remember({ email, accessToken }: Caller): void {
    if (email !== '' && accessToken !== undefined) this.#tokens.set(email, accessToken)
  }

  of(email: string): string | undefined {
    return this.#tokens.get(personKey(email))
  }

  /** Forgets everybody for whom `keep` is false (people taken off the roster). */
  keepOnly(keep: (email: string) => boolean): void {
    for (const email of this.#tokens.keys()) if (!keep(email)) this.#tokens.delete(email)
  }
}
