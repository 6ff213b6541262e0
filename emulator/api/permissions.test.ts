import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, startBench } from '../testing/client.ts'

let bench: Bench
const acl = '/api/2.0/permissions/apps/w-01'
beforeEach(async () => {
  bench = await startBench()
  await bench.post('/api/2.0/apps?no_compute=true', { name: 'w-01' })
})
afterEach(() => bench.close())

const put = (list: readonly object[]) => bench.send('PUT', acl, { body: { access_control_list: list } })
const patch = (list: readonly object[], token?: string) =>
  bench.send('PATCH', acl, { body: { access_control_list: list }, ...(token ? { token } : {}) })
const annUses = { user_name: 'Ann@example.org', permission_level: 'CAN_USE' }
const buildersUse = { group_name: 'builders', permission_level: 'CAN_USE' }

describe('permissions of an app', () => {
  it('start with its creator and inherited admins', async () => {
    expect((await bench.get(acl)).json).toEqual({
      object_id: '/apps/w-01',
      object_type: 'apps',
      access_control_list: [
        {
          user_name: 'operator@workshop.test',
          display_name: 'Workshop Operator',
          all_permissions: [{ permission_level: 'CAN_MANAGE', inherited: false }],
        },
        {
          group_name: 'admins',
          display_name: 'admins',
          all_permissions: [{ permission_level: 'CAN_MANAGE', inherited: true, inherited_from_object: ['/apps/'] }],
        },
      ],
    })
  })

  it('PATCH merges, PUT replaces all direct entries', async () => {
    await patch([annUses])
    await patch([buildersUse])
    const names = async () =>
      (await bench.get(acl)).json.access_control_list.map(
        (item: Record<string, string>) => item['user_name'] ?? item['group_name'],
      )
    expect(await names()).toEqual(['operator@workshop.test', 'ann@example.org', 'builders', 'admins'])
    await put([buildersUse])
    expect(await names()).toEqual(['builders', 'admins'])
  })

  it('decide who may open it, directly, by group and for service principals', async () => {
    const { directory, workspace } = bench.emulator
    const machine = workspace.principals.addServicePrincipal({ displayName: 'machine' })
    expect(directory.mayUse('w-01', 'ann@example.org')).toBe(false)
    await patch([annUses, buildersUse, { service_principal_name: machine.applicationId, permission_level: 'CAN_USE' }])
    for (const who of ['ANN@example.org', 'bob@example.org', machine.applicationId, 'operator@workshop.test'])
      expect(directory.mayUse('w-01', who)).toBe(true)
    expect(directory.mayUse('w-02', 'ann@example.org')).toBe(false)
    expect(directory.mayUse('w-01', 'nobody@example.org')).toBe(false)
  })

  it('cannot be changed by somebody who only uses it', async () => {
    const token = bench.tokenOf('ann@example.org')
    await patch([annUses])
    expect((await patch([{ ...annUses, permission_level: 'CAN_MANAGE' }], token)).status).toBe(403)
    expect((await bench.get(acl, { token })).status).toBe(200)
  })

  it.for([
    ['a stranger', { user_name: 'no@example.org', permission_level: 'CAN_USE' }, 404],
    [
      'a service principal by its display name',
      { service_principal_name: 'app-w-01', permission_level: 'CAN_USE' },
      404,
    ],
    ['a level of another kind', { user_name: 'ann@example.org', permission_level: 'CAN_READ' }, 400],
    ['two grantees at once', { ...annUses, ...buildersUse }, 400],
  ] as const)('refuse %s', async ([, entry, status]) => {
    expect((await put([entry])).status).toBe(status)
    expect((await bench.get(acl)).json.access_control_list).toHaveLength(2)
  })
})

describe('permissions of other objects', () => {
  it('exist for endpoints by id, tokens and folders, with their levels', async () => {
    const endpoint = (await bench.get('/api/2.0/serving-endpoints')).json.endpoints[0]
    const shared = (await bench.get('/api/2.0/workspace/get-status?path=/Shared')).json.object_id
    for (const [path, level] of [
      [`serving-endpoints/${endpoint.id}`, 'CAN_QUERY'],
      ['authorization/tokens', 'CAN_USE'],
      [`directories/${shared}`, 'CAN_RUN'],
    ] as const) {
      const levels = await bench.get(`/api/2.0/permissions/${path}/permissionLevels`)
      expect(levels.json.permission_levels).toContainEqual({ permission_level: level, description: expect.any(String) })
      const body = { access_control_list: [{ group_name: 'builders', permission_level: level }] }
      expect((await bench.send('PATCH', `/api/2.0/permissions/${path}`, { body })).text).toContain('builders')
    }
    expect((await bench.get(`/api/2.0/permissions/serving-endpoints/${endpoint.name}`)).status).toBe(404)
  })

  it('do not exist for kinds that the workspace does not have', async () => {
    expect((await bench.get('/api/2.0/permissions/constructor/1')).json.error_code).toBe('ENDPOINT_NOT_FOUND')
  })
})
