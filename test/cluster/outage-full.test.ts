/** Ten minutes without the API server, with the figures of a real run; as long as that takes, so only when it is asked for. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveProbes } from '../../controller/api/probe-server.ts'
import { until } from '../support/bench-fleet.ts'
import { type BadRoad, openRoad } from './bad-road.ts'
import { type ClusterFleet, startClusterFleet, workshopText } from './cluster-fleet.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { isFullLength } from './full-length.ts'

const outageMs = 600_000

let plane: ControlPlane
let fleet: ClusterFleet
let road: BadRoad

beforeAll(async () => {
  if (!isFullLength) return
  plane = await startControlPlane()
  fleet = await startClusterFleet(plane)
  road = await openRoad(plane)
})
afterAll(async () => {
  await fleet?.close()
  await road?.stop()
  await plane?.stop()
})

it.runIf(isFullLength)(
  'outlives ten minutes: alive, not ready, repairs by the last good spec, deletes nothing, and catches up',
  async () => {
    const controller = await fleet.start({ kubeconfig: road.kubeconfig }, {})
    const probes = await serveProbes({ host: '127.0.0.1', port: 0 }, controller)
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${probes.port}${path}`)).status
    const appsOf = async (name: string) => (await fleet.apps()).filter((app) => app.startsWith(`${name}-`)).join()
    try {
      for (const name of ['day', 'other']) await plane.run(['apply', '-f', '-'], workshopText(name))
      for (const name of ['day', 'other'])
        await plane.run(['wait', '--for=condition=Ready', `ws/${name}`, '--timeout=120s'])
      const from = fleet.requests()
      const cutAt = performance.now()
      const seconds = () => Math.round((performance.now() - cutAt) / 1_000)
      await road.close()
      await plane.run(['scale', 'ws/day', '--replicas=3'])
      await plane.run(['delete', 'ws', 'other', '--wait=false'])
      await until(
        'unreadiness',
        () => status('/readyz'),
        (code) => code === 503,
        90_000,
      )
      console.log(`unready after ${seconds()} s`)
      await fleet.bench.send('DELETE', '/api/2.0/apps/day-worker-1')
      await until(
        'the repair',
        () => appsOf('day'),
        (apps) => apps === 'day-hub,day-worker-1,day-worker-2',
        120_000,
      )
      console.log(`repaired after ${seconds()} s`)
      let isSilent = false
      while (performance.now() - cutAt < outageMs) {
        // Half of the time nobody answers, half of it nobody is there.
        if (!isSilent && performance.now() - cutAt > outageMs / 2) {
          isSilent = true
          road.swallow('all')
          await road.open()
        }
        expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503])
        await new Promise((resolve) => setTimeout(resolve, 5_000))
      }
      const deleted = fleet.writes(from).filter((write) => write.startsWith('DELETE /api/2.0/apps'))
      expect(deleted).toEqual(['DELETE /api/2.0/apps/day-worker-1'])
      expect(await appsOf('other')).toBe('other-hub,other-worker-1,other-worker-2')

      road.clear()
      const backAt = performance.now()
      const since = () => Math.round((performance.now() - backAt) / 1_000)
      await until(
        'readiness',
        () => status('/readyz'),
        (code) => code === 200,
        90_000,
      )
      console.log(`ready ${since()} s after the cluster was back`)
      await until(
        'the larger fleet',
        () => appsOf('day'),
        (apps) => apps === 'day-hub,day-worker-1,day-worker-2,day-worker-3',
        60_000,
      )
      await plane.run(['wait', '--for=delete', 'ws/other', '--timeout=60s'])
      console.log(`caught up ${since()} s after the cluster was back`)
      expect(since()).toBeLessThan(60)
    } finally {
      await probes.close()
    }
  },
  outageMs + 420_000,
)
