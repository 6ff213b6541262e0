import { afterEach, expect, it } from 'vitest'
import { type Fetch, loopbackFetch } from '../../../controller/databricks/client/loopback.ts'
import { createController } from '../../../controller/loop/runner.ts'
import {
  type BenchFleet,
  condition,
  isReady,
  key,
  quick,
  specText,
  startBenchFleet,
  until,
} from '../../support/bench-fleet.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

const client = { clientId: 'operator-client', clientSecret: 'operator-secret' }

/** Apps that answer their control address: how many sessions live on each, and what they were asked. */
function controlledApps() {
  const sessions = new Map<string, number>()
  const asked: string[] = []
  const draining = new Set<string>()
  const fetch: Fetch = async (url, init) => {
    const [, app = '', what = ''] = /^http:\/\/([^.]+)\.apps\.localhost:\d+\/api\/control\/(\w+)$/.exec(url) ?? []
    if (!app) return loopbackFetch(url, init)
    if (!init.headers['authorization']?.startsWith('Bearer ')) return new Response('', { status: 401 })
    if (what !== 'status') {
      asked.push(`${what} ${app} ${String(init.body)}`)
      if (what === 'drain') draining.add(app)
      return new Response(null, { status: 204 })
    }
    const live = sessions.get(app) ?? 0
    return Response.json({
      app,
      sessions: { live, people: [] },
      draining: draining.has(app),
      isolation: { level: 'namespaces', message: '' },
    })
  }
  return { fetch, sessions, asked }
}

it('drains a worker before it goes, waits for its sessions, and leaves one without sessions no longer', async () => {
  const text = (replicas: number) => specText({ replicas }).replace('drainTimeout: 0s', 'drainTimeout: 10m')
  fleet = await startBenchFleet(text(3), { adminClient: { id: client.clientId, secret: client.clientSecret } })
  const { fetch, sessions, asked } = controlledApps()
  const login = { host: fleet.bench.emulator.url, credentials: { kind: 'm2m' as const, ...client } }
  const controller = createController(
    { ...fleet.options, login, sources: [`dir:${fleet.options.specFile}`], intervalMs: 100 },
    { ...quick, fetch },
  )
  await controller.start()
  try {
    await until('Ready', () => controller.view(key), isReady)
    expect(condition(controller.view(key), 'WorkersProbed')?.status).toBe('True')
    sessions.set('vibe-worker-2', 4)
    await fleet.write(text(1))
    await until('worker 3 gone', fleet.apps, (apps) => !apps.includes('vibe-worker-3'))
    await until(
      'the request',
      () => asked,
      (all) => all.includes('drain vibe-worker-2 {"on":true}'),
    )
    expect(asked.some((line) => line.startsWith('reload vibe-hub'))).toBe(true)
    const line = controller.view(key)?.status.fleet?.find(({ name }) => name === 'vibe-worker-2')
    expect(line?.message).toContain('4 sessions')
    expect(await fleet.apps()).toContain('vibe-worker-2')
    sessions.set('vibe-worker-2', 0)
    await until('worker 2 gone', fleet.apps, (apps) => !apps.includes('vibe-worker-2'))
    await until('Ready', () => controller.view(key), isReady)
  } finally {
    await controller.stop()
  }
})
