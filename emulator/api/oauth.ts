/** Discovery and the client-credentials grant: how SDKs find the token endpoint and turn a client secret into a token. */
import type { Answer, Call } from '../http/call.ts'
import { ok } from '../http/call.ts'
import type { Route } from '../http/router.ts'
import { allApis } from '../workspace/credentials.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** OAuth answers errors in its own form (RFC 6749 section 5.2). */
const oauthError = (status: number, error: string, description: string): Answer => ({
  status,
  json: { error, error_description: description },
})

export function oauthRoutes(workspace: Workspace): readonly Route[] {
  const oidc = (path: string) => `${workspace.url}/oidc${path}`

  function token(call: Call): Answer {
    const form = new URLSearchParams(call.bytes.toString('utf8'))
    if (form.get('grant_type') !== 'client_credentials')
      return oauthError(400, 'unsupported_grant_type', 'Only client_credentials is supported here.')
    const client = clientOf(call.headers.authorization, form)
    const issued = client && workspace.credentials.exchangeClientSecret(client.id, client.secret)
    if (!issued) return oauthError(401, 'invalid_client', 'Client authentication failed')
    const scope = form.get('scope') ?? allApis
    if (scope.split(' ').some((word) => word !== allApis && word !== 'offline_access'))
      return oauthError(400, 'invalid_scope', `Scope ${scope} is not supported.`)
    const lifetime = Math.round((issued.expiresAt - workspace.clock.now()) / 1_000)
    return ok({ access_token: issued.value, token_type: 'Bearer', expires_in: lifetime, scope: allApis })
  }

  const discovery = () =>
    ok({
      issuer: oidc(''),
      authorization_endpoint: oidc('/v1/authorize'),
      token_endpoint: oidc('/v1/token'),
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      scopes_supported: [allApis],
    })

  return [
    {
      method: 'GET',
      pattern: '/.well-known/databricks-config',
      open: true,
      run: () =>
        ok({
          oidc_endpoint: oidc(''),
          workspace_id: String(workspace.id),
          host_type: 'WORKSPACE_HOST',
          cloud: 'AWS',
        }),
    },
    { method: 'GET', pattern: '/oidc/.well-known/oauth-authorization-server', open: true, run: discovery },
    { method: 'GET', pattern: '/oidc/.well-known/openid-configuration', open: true, run: discovery },
    { method: 'POST', pattern: '/oidc/v1/token', open: true, run: token },
  ]
}

function clientOf(authorization: string | undefined, form: URLSearchParams) {
  const basic = /^Basic\s+(\S+)$/i.exec(authorization ?? '')?.[1]
  if (basic === undefined) return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' }
  const text = Buffer.from(basic, 'base64').toString('utf8')
  const cut = text.indexOf(':')
  if (cut < 0) return undefined
  return { id: formDecoded(text.slice(0, cut)), secret: formDecoded(text.slice(cut + 1)) }
}

/** RFC 6749 has both halves form-encoded; most clients leave them as they are, which is the same for our ids. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
