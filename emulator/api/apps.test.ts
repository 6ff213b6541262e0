import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, startBench } from '../testing/client.ts'

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
})
afterEach(() => bench.close())

const apps = '/api/2.0/apps'
const compute = (state: string) => (reply: { json: { compute_status?: { state: string } } }) =>
  reply.json.compute_status?.state === state

async function deployed(name: string): Promise<void> {
  await bench.post(apps, { name })
  await bench.until(`${apps}/${name}`, compute('ACTIVE'))
  await bench.post('/api/2.0/workspace/mkdirs', { path: `/Workspace/Shared/${name}` })
  await bench.post(`/api/2.0/workspace-files/import-file/Workspace%2FShared%2F${name}%2Fapp.py?overwrite=true`, 'x = 1')
  await bench.post(`${apps}/${name}/deployments`, { source_code_path: `/Workspace/Shared/${name}` })
  await bench.until(`${apps}/${name}`, ({ json }) => json.app_status.state === 'RUNNING')
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
    const again = await bench.until(`${apps}/w-01`, ({ json }) => json.app_status.state === 'RUNNING')
    expect(again.json.active_deployment.deployment_id).not.toBe(running.active_deployment.deployment_id)
    expect(bench.host.launches).toHaveLength(2)
  })
})
