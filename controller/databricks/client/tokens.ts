/** Personal access tokens of the caller. */
import type { Http } from './http.ts'

export interface TokenInfo {
  readonly id: string
  readonly comment: string
  /** Epoch ms. */
  readonly createdAt: number
  /** Epoch ms; Infinity for a token that never expires. */
  readonly expiresAt: number
}

interface RawToken {
  readonly token_id: string
  readonly comment?: string
  readonly creation_time?: number
  readonly expiry_time?: number
}

/** The value is shown this once. A lost answer leaves a token that only its comment identifies. */
export async function createToken(
  http: Http,
  comment: string,
  lifetimeMs: number,
): Promise<TokenInfo & { value: string }> {
  const body = { comment, lifetime_seconds: Math.floor(lifetimeMs / 1_000) }
  const answer = await http.json({ method: 'POST', path: '/api/2.0/token/create', body })
  return { ...tokenInfo(answer['token_info'] as RawToken), value: String(answer['token_value']) }
}

export async function listTokens(http: Http): Promise<readonly TokenInfo[]> {
  const answer = await http.json({ method: 'GET', path: '/api/2.0/token/list' })
  return ((answer['token_infos'] ?? []) as readonly RawToken[]).map(tokenInfo)
}

export async function deleteToken(http: Http, id: string): Promise<void> {
  await http.json({ method: 'POST', path: '/api/2.0/token/delete', body: { token_id: id }, idempotent: true })
}

function tokenInfo({ token_id, comment, creation_time, expiry_time }: RawToken): TokenInfo {
  const never = expiry_time === undefined || Number(expiry_time) < 0
  return {
    id: token_id,
    comment: comment ?? '',
    createdAt: Number(creation_time ?? 0),
    expiresAt: never ? Number.POSITIVE_INFINITY : Number(expiry_time),
  }
}
