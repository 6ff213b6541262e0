/** The app's own OAuth token: client credentials, fetched once for all who wait, renewed ahead of its end. */
import { WorkshopError } from '@workshop/contracts/errors'
import type { WorkspaceAnswer, WorkspaceCall } from './workspace-request.ts'

/** What is needed to ask for tokens. `call` is `callWorkspace`, `now` is epoch ms. */
export interface CredentialOptions {
  readonly workspaceUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly call: (call: WorkspaceCall) => Promise<WorkspaceAnswer>
  readonly now: () => number
}

/** Gives the current token; `forget` makes the next call fetch a new one (after a 401). */
export interface TokenSource {
  readonly token: () => Promise<string>
  readonly forget: () => void
}

/** Databricks tokens live 3600 s; they are renewed after two thirds of their life, as the vendor's own clients do. */
const usableShare = 2 / 3

/** A token source whose calls share one request under way. Errors: WO-2002 refused, WO-2004 not reached, WO-2090 odd. */
export function clientCredentials(options: CredentialOptions): TokenSource {
  let held: { readonly token: string; readonly renewAt: number } | undefined
  let underWay: Promise<string> | undefined

  async function fetchToken(): Promise<string> {
    const { token, lifetimeMs } = await requestToken(options)
    held = { token, renewAt: options.now() + lifetimeMs * usableShare }
    return token
  }

  return {
    token: async () => {
      if (held && options.now() < held.renewAt) return held.token
      underWay ??= fetchToken().finally(() => {
        underWay = undefined
      })
      return underWay
    },
    forget: () => {
      held = undefined
    },
  }
}

async function requestToken({ workspaceUrl, clientId, clientSecret, call }: CredentialOptions) {
  const where = `${workspaceUrl}/oidc/v1/token`
  const answer = await call({
    method: 'POST',
    url: where,
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: 'grant_type=client_credentials&scope=all-apis',
  })
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 429)
    throw new WorkshopError({
      code: 'WO-2002',
      where,
      message: `the app's own credentials were refused (${answer.status})`,
    })
  const token = answer.status === 200 ? readToken(answer.body) : undefined
  if (!token) throw new WorkshopError({ code: 'WO-2090', where, message: `no token in the answer (${answer.status})` })
  return token
}

function readToken(body: string): { readonly token: string; readonly lifetimeMs: number } | undefined {
  try {
    const { access_token: token, expires_in: seconds } = JSON.parse(body)
    if (typeof token !== 'string' || token === '') return undefined
    return { token, lifetimeMs: (typeof seconds === 'number' ? seconds : 3600) * 1000 }
  } catch {
    return undefined
  }
}
