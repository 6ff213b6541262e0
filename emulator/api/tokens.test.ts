import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { virtualClock } from '../clock.ts'
import { adminToken, type Bench, startBench } from '../testing/client.ts'

let bench: Bench
beforeEach(async () => {
  bench = await startBench({ clock: virtualClock(), adminClient: { id: 'controller', secret: 'hush' } })
})
afterEach(() => bench.close())

const me = '/api/2.0/preview/scim/v2/Me'
const create = '/api/2.0/token/create'
const advance = (ms: number) => bench.post('/__emulator/clock/advance', { ms })

describe('personal access tokens', () => {
  it('open the workspace until they expire', async () => {
    const made = await bench.post(create, { comment: 'mine', lifetime_seconds: 60 })
    const token = made.json.token_value
    expect(made.json.token_info.expiry_time - made.json.token_info.creation_time).toBe(60_000)
    expect((await bench.get(me, { token })).json.userName).toBe('operator@workshop.test')
    await advance(60_000)
    const dead = await bench.get(me, { token })
    expect(dead).toMatchObject({ status: 403, json: { error_code: 403, message: 'Invalid access token.' } })
  })

  it('live two years when nothing is asked for and never longer', async () => {
    const { token_info } = (await bench.post(create, {})).json
    expect(token_info.expiry_time - token_info.creation_time).toBe(730 * 86_400_000)
    expect((await bench.post(create, { lifetime_seconds: 730 * 86_400 + 1 })).json.error_code).toBe(
      'INVALID_PARAMETER_VALUE',
    )
    expect((await bench.post(create, { lifetime_seconds: 0 })).status).toBe(400)
  })

  it('are listed to their owner without the value, and revoked at once', async () => {
    const made = await bench.post(create, { comment: 'marker' })
    const list = await bench.get('/api/2.0/token/list')
    expect(list.json.token_infos.map((info: { comment: string }) => info.comment)).toEqual([
      'emulator admin token',
      'marker',
    ])
    expect(list.text).not.toContain(made.json.token_value)
    const { token_id } = made.json.token_info
    expect((await bench.post('/api/2.0/token/delete', { token_id })).json).toEqual({})
    expect((await bench.get(me, { token: made.json.token_value })).status).toBe(403)
    expect((await bench.post('/api/2.0/token/delete', { token_id })).json.error_code).toBe('RESOURCE_DOES_NOT_EXIST')
  })

  it('of others are for admins to see, to make for service principals, and to revoke', async () => {
    const token = bench.tokenOf('ann@example.org')
    const base = '/api/2.0/token-management'
    expect((await bench.get(`${base}/tokens`, { token })).status).toBe(403)
    const list = await bench.get(`${base}/tokens?created_by_username=ann@example.org`)
    expect(list.json.token_infos).toHaveLength(1)
    const info = list.json.token_infos[0]
    expect(info).toMatchObject({ created_by_username: 'ann@example.org', owner_id: info.created_by_id })
    expect((await bench.send('DELETE', `${base}/tokens/${info.token_id}`)).status).toBe(200)
    expect((await bench.get(me, { token })).status).toBe(403)
    const forApp = await bench.post(`${base}/on-behalf-of/tokens`, {
      application_id: 'controller',
      lifetime_seconds: 60,
    })
    expect((await bench.get(me, { token: forApp.json.token_value })).json.userName).toBe('controller')
  })

  it('may be narrowed to scopes, and never make a wider one', async () => {
    const narrow = (await bench.post(create, { scopes: ['authentication'] })).json.token_value
    const refused = await bench.get('/api/2.0/apps', { token: narrow })
    expect(refused).toMatchObject({
      status: 403,
      json: {
        error_code: 'PERMISSION_DENIED',
        message: 'Provided OAuth token does not have required scopes: apps.apps',
      },
    })
    expect((await bench.post(create, { scopes: ['apps'] }, { token: narrow })).status).toBe(403)
    const child = (await bench.post(create, {}, { token: narrow })).json.token_value
    expect((await bench.get('/api/2.0/apps', { token: child })).status).toBe(403)
  })

  it('are needed: nobody gets in without one', async () => {
    expect(await bench.get(me, { token: null })).toMatchObject({ status: 401, json: { error_code: 401 } })
    expect(await bench.get(me, { token: 'guess' })).toMatchObject({ status: 403 })
    expect((await bench.get(me, { token: adminToken })).status).toBe(200)
  })
})

describe('OAuth', () => {
  const grant = 'grant_type=client_credentials&scope=all-apis'
  const basic = (id: string, secret: string) => ({
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  })
  const token = (body: string, headers: Record<string, string> = {}) =>
    bench.post('/oidc/v1/token', body, { token: null, headers })

  it('is found by discovery without credentials', async () => {
    const config = await bench.get('/.well-known/databricks-config', { token: null })
    expect(config.json).toMatchObject({ oidc_endpoint: `${bench.emulator.url}/oidc`, host_type: 'WORKSPACE_HOST' })
    const server = await bench.get('/oidc/.well-known/oauth-authorization-server', { token: null })
    expect(server.json.token_endpoint).toBe(`${bench.emulator.url}/oidc/v1/token`)
  })

  it.for([
    ['in the header', () => token(grant, basic('controller', 'hush'))],
    ['in the form', () => token(`${grant}&client_id=controller&client_secret=hush`)],
  ] as const)('gives a service principal an hour for its secret %s', async ([, ask]) => {
    const { json } = await ask()
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 3_600, scope: 'all-apis' })
    expect((await bench.get(me, { token: json.access_token })).json.userName).toBe('controller')
    await advance(3_600_000)
    expect((await bench.get(me, { token: json.access_token })).status).toBe(403)
  })

  it.for([
    ['a wrong secret', grant, 'wrong', 401, 'invalid_client'],
    ['another grant', 'grant_type=password', 'hush', 400, 'unsupported_grant_type'],
    ['an unknown scope', 'grant_type=client_credentials&scope=root', 'hush', 400, 'invalid_scope'],
  ] as const)('refuses %s in its own form', async ([, body, secret, status, error]) => {
    expect(await token(body, basic('controller', secret))).toMatchObject({ status, json: { error } })
  })

  it('lets every app in as itself', async () => {
    await bench.post('/api/2.0/apps?no_compute=true', { name: 'w-01' })
    const app = bench.emulator.workspace.apps.get('w-01')
    if (!app) throw new Error('no app')
    const secret = bench.emulator.workspace.credentials.clientSecret(app.servicePrincipal)
    const { json } = await token(grant, basic(app.servicePrincipal.applicationId, secret))
    const self = await bench.get(me, { token: json.access_token })
    expect(self.json.userName).toBe(app.servicePrincipal.applicationId)
    expect((await bench.get('/api/2.0/apps/w-01', { token: json.access_token })).status).toBe(403)
  })
})

describe('forwarded user tokens', () => {
  it('reach as far as the user scopes that were in force when the app started', async () => {
    const { directory } = bench.emulator
    await bench.post('/api/2.0/apps', { name: 'plain' })
    expect(directory.forwardedToken('plain', 'ann@example.org')).toBeUndefined()
    await bench.post('/api/2.0/apps', { name: 'w-01', user_api_scopes: ['workspace'] })
    const forwarded = directory.forwardedToken('w-01', 'ANN@example.org')
    expect(directory.forwardedToken('w-01', 'ann@example.org')).toBe(forwarded)
    const token = forwarded ?? ''
    expect((await bench.get(me, { token })).json.userName).toBe('ann@example.org')
    expect((await bench.get('/api/2.0/workspace/list?path=/', { token })).status).toBe(200)
    expect((await bench.get('/api/2.0/secrets/scopes/list', { token })).json.message).toContain('secrets.secrets')

    await bench.post('/api/2.0/apps/w-01/update', {
      app: { user_api_scopes: ['workspace', 'secrets'] },
      update_mask: 'user_api_scopes',
    })
    expect(directory.forwardedToken('w-01', 'ann@example.org')).toBe(token)
    expect(directory.oauthPrincipal(token)).toBeUndefined()
  })
})
