/** The bearer of each call: a PAT as it is, or an OAuth token of client credentials, fetched once for everybody and renewed before it ends. */
import { CallError } from './call-error.ts'
import type { Clock } from './clock.ts'
import type { WorkspaceLogin } from './credentials.ts'
import { readErrorBody } from './error-body.ts'
import type { Fetch } from './loopback.ts'

export interface Authorization {
  /** For the workspace API. */
  readonly bearer: () => Promise<string>
  /** For apps, whose proxy refuses PATs: undefined when there is only a PAT. */
  readonly appBearer: () => Promise<string | undefined>
  /** Forget the OAuth token: the platform refused it. False when there is nothing to renew. */
  readonly renew: () => boolean
}

/** Renewed this long before its end (the platform's own clients use the same figure). */
const renewBeforeMs = 40_000

/** `login` decides the kind. Throws CallError from `bearer` when the token endpoint refuses. */
export function authorize({ host, credentials }: WorkspaceLogin, fetch: Fetch, clock: Clock): Authorization {
  if (credentials.kind === 'pat') {
    const { token } = credentials
    return { bearer: async () => token, appBearer: async () => undefined, renew: () => false }
  }
  const { clientId, clientSecret } = credentials
  let current: { readonly token: Promise<string>; expiresAt: number } | undefined
  const bearer = () => {
    if (current && clock.now() < current.expiresAt - renewBeforeMs) return current.token
    const entry: { token: Promise<string>; expiresAt: number } = {
      expiresAt: Number.POSITIVE_INFINITY,
      token: requestToken(host, clientId, clientSecret, fetch).then(
        ({ token, expiresInMs }) => {
          entry.expiresAt = clock.now() + expiresInMs
          return token
        },
        (error: unknown) => {
          if (current === entry) current = undefined
          throw error
        },
      ),
    }
    current = entry
    return entry.token
  }
  const renew = () => {
    current = undefined
    return true
  }
  return { bearer, appBearer: bearer, renew }
}

async function requestToken(host: string, clientId: string, clientSecret: string, fetch: Fetch) {
  const call = 'POST /oidc/v1/token'
  const answer = await fetch(`${host}/oidc/v1/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials&scope=all-apis',
  }).catch((cause: unknown) => {
    throw new CallError(call, { status: 0, code: 'NETWORK', message: `${host} does not answer` }, { cause })
  })
  const text = await answer.text()
  if (!answer.ok) throw new CallError(call, readErrorBody(answer.status, text))
  const body = JSON.parse(text) as { access_token: string; expires_in?: number }
  return { token: body.access_token, expiresInMs: (body.expires_in ?? 3_600) * 1_000 }
}
