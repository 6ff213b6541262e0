import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, startBench } from '../testing/client.ts'

let bench: Bench
const app = '/api/2.0/apps/w-01'
const job = { name: 'nightly', job: { id: '7', permission: 'CAN_VIEW' } }

beforeEach(async () => {
  bench = await startBench()
  await bench.post('/api/2.0/apps?no_compute=true', {
    name: 'w-01',
    description: 'first',
    user_api_scopes: ['sql'],
    resources: [job],
  })
})
afterEach(() => bench.close())

describe('changing an app', () => {
  it('PATCH replaces the whole spec, whatever mask is sent with it', async () => {
    const reply = await bench.send('PATCH', app, {
      body: { name: 'w-01', description: 'second', update_mask: 'description' },
    })
    expect(reply.json).toMatchObject({ description: 'second' })
    expect(reply.json.resources).toBeUndefined()
    expect(reply.json.user_api_scopes).toBeUndefined()
  })

  it('PATCH refuses a new size in the words of the platform', async () => {
    const reply = await bench.send('PATCH', app, { body: { compute_size: 'LARGE' } })
    expect(reply).toMatchObject({
      status: 400,
      json: {
        error_code: 'INVALID_PARAMETER_VALUE',
        message: 'Compute size updates are not supported in this update API. Please use the new update API instead.',
      },
    })
  })

  it('an update changes the masked fields only, and clears those that it masks and does not send', async () => {
    const started = await bench.post(`${app}/update`, {
      app: { name: 'w-01', description: 'ignored', user_api_scopes: ['sql', 'files.files'] },
      update_mask: 'user_api_scopes,resources',
    })
    expect(started.json.status.state).toBe('IN_PROGRESS')
    await bench.until(`${app}/update`, ({ json }) => json.status.state === 'SUCCEEDED')
    const { json } = await bench.get(app)
    expect(json).toMatchObject({ description: 'first', user_api_scopes: ['sql', 'files.files'] })
    expect(json.effective_user_api_scopes).toEqual([
      'files.files',
      'iam.access-control:read',
      'iam.current-user:read',
      'sql',
    ])
    expect(json.resources).toBeUndefined()
  })

  it('a new size shows when the update is done, and the old one serves until then', async () => {
    await bench.post('/__emulator/durations', { UPDATING: 200 })
    await bench.post(`${app}/update`, { app: { compute_size: 'LARGE' }, update_mask: 'compute_size' })
    const during = (await bench.get(app)).json
    expect([during.compute_size, during.compute_status.state]).toEqual(['MEDIUM', 'UPDATING'])
    const again = await bench.post(`${app}/update`, { app: {}, update_mask: 'description' })
    expect(again.status).toBe(400)
    const after = await bench.until(app, ({ json }) => json.compute_status.state === 'STOPPED')
    expect(after.json.compute_size).toBe('LARGE')
  })

  it.for([
    ['an unknown field', 'colour', 'Field colour is not supported in update_mask.'],
    ['nothing', '', 'Missing required field: update_mask'],
  ] as const)('a mask that names %s is refused', async ([, mask, message]) => {
    const reply = await bench.post(`${app}/update`, { app: {}, update_mask: mask })
    expect(reply).toMatchObject({ status: 400, json: { message } })
  })

  it('reads NOT_UPDATED before the first update', async () => {
    expect((await bench.get(`${app}/update`)).json.status.state).toBe('NOT_UPDATED')
  })

  it('input-only fields and credentials are not echoed', async () => {
    const reply = await bench.post('/api/2.0/apps?no_compute=true', {
      name: 'w-02',
      source_code_path: '/Workspace/Shared/x',
      git_source: { branch: 'main' },
      git_repository: { url: 'https://example.org/a/b', provider: 'gitHub', caller_credential_id: 5 },
    })
    expect(reply.json.source_code_path).toBeUndefined()
    expect(reply.json.git_source).toBeUndefined()
    expect(reply.json.git_repository).toEqual({ url: 'https://example.org/a/b', provider: 'gitHub' })
  })
})
