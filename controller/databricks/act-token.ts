/** The model token and its record. A token's value is shown once, so it goes into the scope in the same step. */
import { createHash } from 'node:crypto'
import { recordKeyOf } from '../core/names.ts'
import type { TokenRecord } from '../core/observed.ts'
import type { Http } from './client/http.ts'
import { putSecret } from './client/secrets.ts'
import { createToken } from './client/tokens.ts'

interface Place {
  readonly scope: string
  readonly key: string
}

/** The record comes last: a crash before it leaves a token that the next look knows as lost by its comment. */
export async function issueToken(http: Http, place: Place & { comment: string; lifetimeMs: number }): Promise<void> {
  const token = await createToken(http, place.comment, place.lifetimeMs)
  await putSecret(http, place.scope, place.key, token.value)
  const expires = Number.isFinite(token.expiresAt) ? { expiresAt: token.expiresAt } : {}
  await putRecord(http, place, {
    tokenId: token.id,
    createdAt: token.createdAt,
    ...expires,
    sha256: sha256(token.value),
  })
}

/** A token that somebody else issued. */
export async function storeToken(http: Http, place: Place & { value: string }, now: number): Promise<void> {
  await putSecret(http, place.scope, place.key, place.value)
  await putRecord(http, place, { createdAt: now, sha256: sha256(place.value) })
}

async function putRecord(http: Http, { scope, key }: Place, record: TokenRecord): Promise<void> {
  await putSecret(http, scope, recordKeyOf(key), JSON.stringify(record))
}

function sha256(value: string): string {
  return createHash('sha256').update(value).digest('hex')
}
