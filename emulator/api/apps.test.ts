import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { virtualClock } from '../clock.ts'
import { type Bench, startBench } from '../testing/client.ts'

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
})
afterEach(() => bench.close())

const apps = '/api/2.0/apps'
const compute = (state: string) => (reply: { json: { compute_status?: { state: string } } }) =>
  reply.json.compute_status?.state === state
const status = (state: string) => (reply: { json: { app_status?: { state: string } } }) =>
  reply.json.app_status?.state === state

async function deployed(name: string): Promise<void> {
  await bench.post(apps, { name })
  await bench.until(`${apps}/${name}`, compute('ACTIVE'))
  await bench.post('/api/2.0/workspace/mkdirs', { path: `/Workspace/Shared/${name}` })
  await bench.post(`/api/2.0/workspace-files/import-file/Workspace%2FShared%2F${name}%2Fapp.py?overwrite=true`, 'x = 1')
  await bench.post(`${apps}/${name}/deployments`, { source_code_path: `/Workspace/Shared/${name}` })
  await bench.until(`${apps}/${name}`, status('RUNNING'))
}

describe('apps', () => {
  it('are created without compute, with a service principal whose id keeps all its digits', async () => {
    const made = await bench.post(`${apps}?no_compute=true&unknown=1`, { name: 'w-01', description: 'mine' })
    expect(made.status).toBe(200)
    expect(made.json).toMatchObject({
      name: 'w-01',
      description: 'mine',
      url: `http://w-01.apps.localhost:${bench.emulator.port}`,
      compute_size: 'MEDIUM',
      compute_status: { state: 'STOPPED', message: 'App compute is stopped.' },
      app_status: { state: 'UNAVAILABLE', message: 'App status is unavailable.' },
      forward_user_access_token: true,
      effective_user_api_scopes: ['iam.access-control:read', 'iam.current-user:read'],
      service_principal_name: 'app-w-01',
    })
    expect(typeof made.json.service_principal_id).toBe('bigint')
    expect(made.text).toContain(`"service_principal_id":${made.json.service_principal_id},`)
  })

  it('start compute on create, run what is deployed, forget it on stop and bring it back on start', async () => {
    await deployed('w-01')
    const running = (await bench.get(`${apps}/w-01`)).json
    expect(running.active_deployment.status).toEqual({ state: 'SUCCEEDED', message: 'App started successfully' })
    expect(running.app_status.message).toBe('App has status: App is running')
    expect(running.default_source_code_path).toBe('/Workspace/Shared/w-01')

    await bench.post(`${apps}/w-01/stop`, {})
    const stopped = (await bench.until(`${apps}/w-01`, compute('STOPPED'))).json
    expect(stopped.active_deployment).toBeUndefined()
    expect(bench.host.running.size).toBe(0)

    await bench.post(`${apps}/w-01/start`, {})
    const again = await bench.until(`${apps}/w-01`, status('RUNNING'))
    expect(again.json.active_deployment.deployment_id).not.toBe(running.active_deployment.deployment_id)
    expect(bench.host.launches).toHaveLength(2)
  })

  it('show a crash of their process', async () => {
    await deployed('w-01')
    bench.host.running.get('w-01')?.crash(3)
    const { json } = await bench.get(`${apps}/w-01`)
    expect(json.app_status).toMatchObject({ state: 'CRASHED', message: expect.stringContaining('exit code 3') })
    expect(bench.emulator.directory.target('w-01')).toBe('down')
  })

  it.for([
    ['a capital letter', { name: 'Worker' }, 'INVALID_PARAMETER_VALUE'],
    ['31 characters', { name: 'a'.repeat(31) }, 'INVALID_PARAMETER_VALUE'],
    ['no name', {}, 'INVALID_PARAMETER_VALUE'],
    ['an unknown size', { name: 'ok', compute_size: 'HUGE' }, 'INVALID_PARAMETER_VALUE'],
    ['one of two instance counts', { name: 'ok', compute_min_instances: 1 }, 'INVALID_PARAMETER_VALUE'],
    ['a resource name of one letter', { name: 'ok', resources: [{ name: 'x', job: {} }] }, 'INVALID_PARAMETER_VALUE'],
    [
      'a resource that is two things',
      { name: 'ok', resources: [{ name: 'xy', job: {}, app: {} }] },
      'INVALID_PARAMETER_VALUE',
    ],
    ['a body that is no object', '[1]', 'MALFORMED_REQUEST'],
    ['a body that is no JSON', '{', 'MALFORMED_REQUEST'],
  ] as const)('refuse %s', async ([, body, code]) => {
    const reply = await bench.post(apps, body)
    expect([reply.status, reply.json.error_code]).toEqual([400, code])
    expect((await bench.get(apps)).json).toEqual({})
  })

  it('keep a name until the deletion is over, and say so', async () => {
    await bench.post('/__emulator/durations', { DELETING: 60_000 })
    await bench.post(`${apps}?no_compute=true`, { name: 'w-01' })
    expect((await bench.send('DELETE', `${apps}/w-01`)).json.compute_status.state).toBe('DELETING')
    const twice = await bench.send('DELETE', `${apps}/w-01`)
    expect(twice).toMatchObject({
      status: 400,
      json: {
        error_code: 'BAD_REQUEST',
        message:
          'Cannot delete app w-01 as it is not terminal with state DELETING, and was updated less than 20 minutes ago. Please wait before trying again.',
      },
    })
    const taken = await bench.post(apps, { name: 'w-01' })
    expect(taken).toMatchObject({
      status: 409,
      json: {
        error_code: 'RESOURCE_ALREADY_EXISTS',
        message: 'An app with the same name already exists: w-01',
        details: [{ '@type': 'type.googleapis.com/google.rpc.RequestInfo' }],
      },
    })
  })

  it('are gone after deletion, with service principal, grants and tokens', async () => {
    const made = await bench.post(`${apps}?no_compute=true`, { name: 'w-01' })
    const id = made.json.service_principal_client_id
    await bench.send('DELETE', `${apps}/w-01`)
    const gone = await bench.until(`${apps}/w-01`, ({ status }) => status === 404)
    expect(gone.json).toMatchObject({
      error_code: 'RESOURCE_DOES_NOT_EXIST',
      message: 'App with name w-01 does not exist or is deleted.',
    })
    const found = await bench.get(
      `/api/2.0/preview/scim/v2/ServicePrincipals?filter=${encodeURIComponent(`applicationId eq "${id}"`)}`,
    )
    expect(found.json.totalResults).toBe(0)
    expect((await bench.get('/api/2.0/permissions/apps/w-01')).status).toBe(404)
  })

  it('are at most 100, listed in pages of 20 unless asked otherwise', async () => {
    for (let index = 0; index < 100; index++)
      await bench.post(`${apps}?no_compute=true`, { name: `w-${String(index).padStart(3, '0')}` })
    expect((await bench.post(apps, { name: 'one-more' })).json.error_code).toBe('QUOTA_EXCEEDED')
    const names: string[] = []
    let token = ''
    do {
      const { json } = await bench.get(`${apps}?page_token=${token}`)
      expect(json.apps.length).toBe(20)
      names.push(...json.apps.map((app: { name: string }) => app.name))
      token = json.next_page_token ?? ''
    } while (token !== '')
    expect(new Set(names).size).toBe(100)
    expect((await bench.get(`${apps}?page_size=500`)).json.apps.length).toBe(100)
    expect((await bench.get(`${apps}?page_token=forged`)).status).toBe(400)
  })

  it('are starting for 80 s in the realistic profile, on the clock that is given', async () => {
    const clock = virtualClock()
    const slow = await startBench({ clock, profile: 'realistic' })
    try {
      await slow.post(apps, { name: 'w-01' })
      await slow.post('/__emulator/clock/advance', { ms: 79_999 })
      expect((await slow.get(`${apps}/w-01`)).json.compute_status.state).toBe('STARTING')
      await slow.post('/__emulator/clock/advance', { ms: 1 })
      expect((await slow.get(`${apps}/w-01`)).json.compute_status.state).toBe('ACTIVE')
    } finally {
      await slow.close()
    }
  })

  it.for([
    ['start', 'ACTIVE', 'Cannot start app w-01'],
    ['stop', 'STOPPED', 'Cannot stop app w-01'],
  ] as const)('refuse to %s when %s', async ([operation, state, words]) => {
    await bench.post(`${apps}${state === 'STOPPED' ? '?no_compute=true' : ''}`, { name: 'w-01' })
    await bench.until(`${apps}/w-01`, compute(state))
    const reply = await bench.post(`${apps}/w-01/${operation}`, {})
    expect(reply).toMatchObject({ status: 400, json: { message: expect.stringContaining(words) } })
  })

  it('show plain users only the apps that they may use, and let only managers change them', async () => {
    const bob = bench.tokenOf('bob@example.org')
    await bench.post(`${apps}?no_compute=true`, { name: 'w-01' })
    await bench.post(`${apps}?no_compute=true`, { name: 'w-02' })
    expect((await bench.get(apps, { token: bob })).json).toEqual({})
    expect((await bench.get(`${apps}/w-01`, { token: bob })).status).toBe(403)
    await bench.send('PATCH', '/api/2.0/permissions/apps/w-01', {
      body: { access_control_list: [{ group_name: 'builders', permission_level: 'CAN_USE' }] },
    })
    expect((await bench.get(apps, { token: bob })).json.apps.map((app: { name: string }) => app.name)).toEqual(['w-01'])
    expect((await bench.send('DELETE', `${apps}/w-01`, { token: bob })).status).toBe(403)
    const own = await bench.post(`${apps}?no_compute=true`, { name: 'bobs' }, { token: bob })
    expect(own.json.creator).toBe('bob@example.org')
    expect((await bench.send('DELETE', `${apps}/bobs`, { token: bob })).status).toBe(200)
  })
})
