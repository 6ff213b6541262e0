/** Secret scopes and secrets. Values go in and come out here and nowhere else; none of them reaches a message. */
import type { Http } from './http.ts'

export interface SecretKey {
  readonly key: string
  /** Epoch ms. */
  readonly updatedAt: number
}

/** A scope that exists already is an error (`isTaken`). */
export async function createScope(http: Http, scope: string): Promise<void> {
  await http.json({ method: 'POST', path: '/api/2.0/secrets/scopes/create', body: { scope } })
}

/** Drops the scope's secrets and ACLs with it. */
export async function deleteScope(http: Http, scope: string): Promise<void> {
  await http.json({ method: 'POST', path: '/api/2.0/secrets/scopes/delete', body: { scope }, idempotent: true })
}

/** Throws CallError `isMissing` when there is no such scope. */
export async function listSecrets(http: Http, scope: string): Promise<readonly SecretKey[]> {
  const answer = await http.json({ method: 'GET', path: '/api/2.0/secrets/list', query: { scope } })
  const secrets = (answer['secrets'] ?? []) as readonly { key: string; last_updated_timestamp?: number }[]
  return secrets.map(({ key, last_updated_timestamp }) => ({ key, updatedAt: Number(last_updated_timestamp ?? 0) }))
}

export async function getSecret(http: Http, scope: string, key: string): Promise<string> {
  const answer = await http.json({ method: 'GET', path: '/api/2.0/secrets/get', query: { scope, key } })
  return Buffer.from(String(answer['value'] ?? ''), 'base64').toString('utf8')
}

export async function putSecret(http: Http, scope: string, key: string, value: string): Promise<void> {
  const body = { scope, key, string_value: value }
  await http.json({ method: 'POST', path: '/api/2.0/secrets/put', body, idempotent: true })
}

export async function deleteSecret(http: Http, scope: string, key: string): Promise<void> {
  await http.json({ method: 'POST', path: '/api/2.0/secrets/delete', body: { scope, key }, idempotent: true })
}
