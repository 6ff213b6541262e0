import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, startBench } from '../testing/client.ts'

let bench: Bench
const base = '/api/2.0/secrets'
beforeEach(async () => {
  bench = await startBench()
  await bench.post(`${base}/scopes/create`, { scope: 'Ws' })
})
afterEach(() => bench.close())

describe('secrets', () => {
  it('are kept per scope, without regard to case, and read back in base64', async () => {
    await bench.post(`${base}/put`, { scope: 'ws', key: 'Pat', string_value: 'dapi-1' })
    await bench.post(`${base}/put`, { scope: 'WS', key: 'PAT', bytes_value: Buffer.from('dapi-2').toString('base64') })
    const list = await bench.get(`${base}/list?scope=ws`)
    expect(list.json.secrets).toEqual([{ key: 'PAT', last_updated_timestamp: expect.any(Number) }])
    const { json } = await bench.get(`${base}/get?scope=ws&key=pat`)
    expect(Buffer.from(json.value, 'base64').toString()).toBe('dapi-2')
    expect((await bench.get(`${base}/scopes/list`)).json.scopes).toEqual([{ name: 'Ws', backend_type: 'DATABRICKS' }])
  })

  it.for([
    ['a scope that is there', '/scopes/create', { scope: 'WS' }, 400, 'RESOURCE_ALREADY_EXISTS'],
    ['a name with a space', '/scopes/create', { scope: 'a b' }, 400, 'INVALID_PARAMETER_VALUE'],
    [
      'a value given twice',
      '/put',
      { scope: 'ws', key: 'k', string_value: '', bytes_value: '' },
      400,
      'MALFORMED_REQUEST',
    ],
    [
      'a value over 128 KiB',
      '/put',
      { scope: 'ws', key: 'k', string_value: 'x'.repeat(131_073) },
      400,
      'INVALID_PARAMETER_VALUE',
    ],
    ['a secret that is not there', '/delete', { scope: 'ws', key: 'k' }, 404, 'RESOURCE_DOES_NOT_EXIST'],
    ['a scope that is not there', '/put', { scope: 'no', key: 'k', string_value: '' }, 404, 'RESOURCE_DOES_NOT_EXIST'],
    [
      'an unknown permission',
      '/acls/put',
      { scope: 'ws', principal: 'users', permission: 'OWN' },
      400,
      'INVALID_PARAMETER_VALUE',
    ],
    ['a stranger', '/acls/put', { scope: 'ws', principal: 'no@x', permission: 'READ' }, 404, 'RESOURCE_DOES_NOT_EXIST'],
  ] as const)('refuse %s', async ([, path, body, status, code]) => {
    const reply = await bench.post(base + path, body)
    expect([reply.status, reply.json.error_code]).toEqual([status, code])
  })

  it('are open to those in the ACL only, by level and through groups', async () => {
    const token = bench.tokenOf('bob@example.org')
    await bench.post(`${base}/put`, { scope: 'ws', key: 'k', string_value: 'v' })
    const read = () => bench.get(`${base}/get?scope=ws&key=k`, { token })
    const write = () => bench.post(`${base}/put`, { scope: 'ws', key: 'k', string_value: 'w' }, { token })
    expect((await read()).status).toBe(403)
    expect((await bench.get(`${base}/scopes/list`, { token })).json).toEqual({})
    await bench.post(`${base}/acls/put`, { scope: 'ws', principal: 'builders', permission: 'READ' })
    expect([(await read()).status, (await write()).status]).toEqual([200, 403])
    await bench.post(`${base}/acls/put`, { scope: 'ws', principal: 'bob@example.org', permission: 'WRITE' })
    expect((await write()).status).toBe(200)
    expect((await bench.get(`${base}/acls/get?scope=ws&principal=builders`)).json).toEqual({
      principal: 'builders',
      permission: 'READ',
    })
    await bench.post(`${base}/acls/delete`, { scope: 'ws', principal: 'bob@example.org' })
    await bench.post(`${base}/acls/delete`, { scope: 'ws', principal: 'builders' })
    expect((await read()).status).toBe(403)
  })

  it('are granted to the service principal of an app by its resource, and taken back with it', async () => {
    await bench.post(`${base}/put`, { scope: 'ws', key: 'k', string_value: 'v' })
    const resource = { name: 'pat', secret: { scope: 'ws', key: 'k', permission: 'READ' } }
    const made = await bench.post('/api/2.0/apps?no_compute=true', { name: 'w-01', resources: [resource] })
    const principal = made.json.service_principal_client_id
    const items = async () => (await bench.get(`${base}/acls/list?scope=ws`)).json.items
    expect(await items()).toContainEqual({ principal, permission: 'READ' })
    await bench.post('/api/2.0/apps/w-01/update', { app: {}, update_mask: 'resources' })
    expect(await items()).toEqual([{ principal: 'operator@workshop.test', permission: 'MANAGE' }])
  })

  it('can be attached to an app only by somebody who manages the scope, and only when they exist', async () => {
    const token = bench.tokenOf('bob@example.org')
    const app = (key: string) => ({
      name: 'bobs',
      resources: [{ name: 'pat', secret: { scope: 'ws', key, permission: 'READ' } }],
    })
    await bench.post(`${base}/put`, { scope: 'ws', key: 'k', string_value: 'v' })
    expect((await bench.post('/api/2.0/apps', app('k'), { token })).status).toBe(403)
    expect((await bench.post('/api/2.0/apps', app('missing'))).status).toBe(404)
  })

  it('vanish with their scope', async () => {
    await bench.post(`${base}/scopes/delete`, { scope: 'ws' })
    expect((await bench.get(`${base}/list?scope=ws`)).json.message).toBe('Scope ws does not exist!')
  })
})
