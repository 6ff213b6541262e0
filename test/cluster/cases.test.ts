/** Cases about Workshops in a cluster, one by one: what is refused, what is in the way, what is lost, and what deletion waits for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminToken } from '../../emulator/testing/client.ts'
import { until } from '../support/bench-fleet.ts'
import { type ClusterFleet, quickInCluster, startClusterFleet, workshopText } from './cluster-fleet.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'

let plane: ControlPlane
let fleet: ClusterFleet
beforeAll(async () => {
  plane = await startControlPlane()
  fleet = await startClusterFleet(plane)
  await fleet.start({ namespace: 'default', allowedHosts: ['127.0.0.1'] })
})
afterAll(async () => {
  await fleet?.close()
  await plane?.stop()
})

const apply = (text: string) => plane.run(['apply', '-f', '-'], text)
const ready = (name: string) => plane.run(['wait', '--for=condition=Ready', `ws/${name}`, '--timeout=60s'])
const read = async (name: string) => JSON.parse(await plane.run(['get', 'ws', name, '-o', 'json']))
const appsOf = async (name: string) => (await fleet.apps()).filter((app) => app.startsWith(`${name}-`))
const conditionOf = async (name: string, type: string) =>
  ((await read(name)).status?.conditions ?? []).find((each: { type: string }) => each.type === type)
const becomes = (name: string, type: string, reason: string) =>
  until(
    `${type} for ${reason}`,
    () => conditionOf(name, type),
    (condition) => condition?.reason === reason,
    30_000,
  )
const isGone = (name: string) => plane.run(['wait', '--for=delete', `ws/${name}`, '--timeout=60s'])
const strike = (fault: Readonly<Record<string, unknown>>) => fleet.bench.post('/__emulator/faults', fault)
const calm = () => fleet.bench.send('DELETE', '/__emulator/faults')

describe('what is in the way', () => {
  it('leaves an app to the Workshop that had its name first', async () => {
    const shared = (name: string) =>
      workshopText(name, { replicas: 1 }).replace('{replicas', '{namePrefix: shared, replicas')
    await apply(shared('early'))
    await ready('early')
    const from = fleet.requests()
    await apply(shared('late'))
    const { message } = await becomes('late', 'Stalled', 'NameConflict')
    expect(message).toContain('default/default/early')
    expect(fleet.writes(from)).toEqual([])
    await ready('early')
    await plane.run(['delete', 'ws', 'late', '--timeout=60s'])
    expect(await appsOf('shared')).toHaveLength(2)
  })

  it('keeps the fleet over a spec that only the schema takes, names the field, and clears with the next one', async () => {
    await apply(workshopText('strict'))
    await ready('strict')
    const from = fleet.requests()
    await apply(workshopText('strict').replace(/users: .*/, 'users: [ada@example.com, Ada@Example.com]'))
    const { message } = await becomes('strict', 'Stalled', 'InvalidSpec')
    expect(message).toContain('spec.participants.users')
    expect(fleet.writes(from)).toEqual([])
    expect(await appsOf('strict')).toHaveLength(3)
    await apply(workshopText('strict'))
    await ready('strict')
    expect(await conditionOf('strict', 'Stalled')).toBeUndefined()
  })

  it('does nothing to the platform while it may not even put its finalizer', async () => {
    const reader = { apiGroups: ['vibeworkshop.dev'], resources: ['*'], verbs: ['get', 'list', 'watch'] }
    await apply(
      JSON.stringify({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'reader' },
        rules: [reader],
      }),
    )
    await plane.run(['create', 'serviceaccount', 'reader'])
    await plane.run([
      'create',
      'clusterrolebinding',
      'reader',
      '--clusterrole=reader',
      '--serviceaccount=default:reader',
    ])
    const token = (await plane.run(['create', 'token', 'reader'])).trim()
    const other = await startClusterFleet(plane)
    try {
      await plane.run(['create', 'namespace', 'locked'])
      await apply(workshopText('day', { namespace: 'locked' }))
      const kubeconfig = await plane.kubeconfigFor(token)
      const controller = await other.start({ kubeconfig, namespace: 'locked' })
      await until(
        'a word of it',
        () => controller.view('locked/day')?.conditions.find(({ type }) => type === 'Ready'),
        (ready) => ready?.message.includes('WO-3003') ?? false,
        30_000,
      )
      expect(other.writes()).toEqual([])
    } finally {
      await other.close()
    }
  })
})

it('adopts every app again when cluster and state are made anew', async () => {
  const first = await startClusterFleet(plane)
  try {
    await plane.run(['create', 'namespace', 'rebuilt'])
    const text = workshopText('day', { namespace: 'rebuilt' })
    const controller = await first.start({ namespace: 'rebuilt' })
    await apply(text)
    const isReady = () => plane.run(['wait', '--for=condition=Ready', 'ws/day', '-n', 'rebuilt', '--timeout=60s'])
    await isReady()
    await controller.stop()
    await plane.run(['delete', 'ws', 'day', '-n', 'rebuilt', '--wait=false'])
    await plane.run(['patch', 'ws', 'day', '-n', 'rebuilt', '--type=merge', '-p', '{"metadata":{"finalizers":null}}'])
    const from = first.requests()
    await apply(text)
    await first.start({ namespace: 'rebuilt' })
    await isReady()
    expect(first.writes(from)).toEqual([])
  } finally {
    await first.close()
  }
})

const finalizersPath = 'jsonpath={range .items[*]}{.metadata.name}={.metadata.finalizers} {end}'

describe('a deletion', () => {
  it('puts its finalizer before the first write, and takes it off after the last', async () => {
    const from = fleet.requests()
    const slow = { path: '/api/2.0/**', delayMs: 40, times: 2_000 }
    await strike(slow)
    const states: string[] = []
    const watching = { on: true }
    const watch = (async () => {
      while (watching.on) {
        // The platform first: what is held a moment later was not held too late.
        const isTouched = fleet.writes(from).some((write) => write !== 'POST /__emulator/faults')
        const left = (await appsOf('order')).length
        const names = await plane.run(['get', 'ws', '-o', finalizersPath])
        const [, held] = /order=(\S*)/.exec(names) ?? []
        if (held === undefined) states.push(`absent, ${left} apps`)
        else states.push(`${held === '' ? 'free' : 'held'}, ${isTouched ? 'touched' : 'clean'}`)
      }
    })()
    await apply(workshopText('order', { replicas: 1 }))
    await ready('order')
    await plane.run(['delete', 'ws', 'order', '--timeout=60s'])
    watching.on = false
    await watch
    await calm()
    expect(states).toContain('held, touched')
    expect(states).not.toContain('free, touched')
    expect(states.slice(states.indexOf('held, touched')).filter((state) => /^absent, [1-9]/.test(state))).toEqual([])
    expect(await appsOf('order')).toEqual([])
  })

  it('asks once for an app that takes long to go, says how it stands, and ends when it is gone', async () => {
    await apply(workshopText('slow', { replicas: 1 }))
    await ready('slow')
    await fleet.bench.post('/__emulator/durations', { DELETING: 6_000 })
    const from = fleet.requests()
    const logs = fleet.logged.length
    await plane.run(['delete', 'ws', 'slow', '--wait=false'])
    const { message } = await becomes('slow', 'Ready', 'Deleting')
    expect(message).toMatch(/left to delete/)
    await isGone('slow')
    await fleet.bench.post('/__emulator/durations', { DELETING: 0 })
    const deletes = fleet.writes(from).filter((write) => write.startsWith('DELETE /api/2.0/apps/slow'))
    expect(deletes.sort()).toEqual(['DELETE /api/2.0/apps/slow-hub', 'DELETE /api/2.0/apps/slow-worker-1'])
    expect(fleet.logged.slice(logs).filter((line) => line.includes('default/slow'))).toEqual([])
  })

  it('is blocked by credentials that were revoked before, keeps nobody else waiting, and can be let go', async () => {
    const login = { host: fleet.bench.emulator.url, token: adminToken }
    const secret = (stringData: object) =>
      apply(
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'acme', namespace: 'default' },
          stringData,
        }),
      )
    await secret(login)
    await apply(workshopText('revoked', { replicas: 1, more: '  workspaceRef: {secretRef: {name: acme}}\n' }))
    await ready('revoked')
    await secret({ ...login, token: 'dapi-revoked' })
    await becomes('revoked', 'Stalled', 'Unauthorized')
    await plane.run(['delete', 'ws', 'revoked', '--wait=false'])
    await becomes('revoked', 'Stalled', 'DeletionBlocked')
    const from = fleet.requests()
    await apply(workshopText('bystander', { replicas: 1 }))
    await ready('bystander')
    await plane.run(['annotate', 'ws', 'revoked', 'vibeworkshop.dev/orphan=true'])
    await isGone('revoked')
    expect(await appsOf('revoked')).toHaveLength(2)
    expect(fleet.writes(from).filter((write) => write.includes('revoked'))).toEqual([])
    expect(fleet.logged.some((line) => line.includes('revoked') && line.includes('stays'))).toBe(true)
  })
})

it('refuses a roster that is too long to stand in a spec, and says what to use', async () => {
  const users = Array.from({ length: 1_001 }, (_, index) => `person-${index}@example.com`)
  const { code, err } = await plane.kubectl(
    ['apply', '--server-side', '-f', '-'],
    workshopText('long').replace(/users: .*/, `users: [${users.join(', ')}]`),
  )
  expect(code).toBe(1)
  expect(err).toMatch(/spec.participants.users: Too many: 1001: must have at most 1000 items/)
  const help = await plane.run(['explain', 'ws.spec.participants.users'])
  expect(help).toContain('usersFrom')
})

it('ends in the middle of a rollout without leaving half of it, and another one goes on', async () => {
  const own = await startClusterFleet(plane)
  try {
    await plane.run(['create', 'namespace', 'rollout'])
    const first = await own.start({ namespace: 'rollout' })
    await apply(workshopText('day', { namespace: 'rollout', replicas: 3 }))
    const isReady = () => plane.run(['wait', '--for=condition=Ready', 'ws/day', '-n', 'rollout', '--timeout=60s'])
    await isReady()
    await own.bench.post('/__emulator/faults', { method: 'POST', path: '/api/2.0/apps', delayMs: 400, times: 20 })
    await plane.run(['scale', 'ws/day', '-n', 'rollout', '--replicas=6'])
    const from = own.requests()
    await until(
      'a write under way',
      () => own.writes(from).length,
      (count) => count > 0,
      30_000,
    )
    const at = performance.now()
    await first.stop()
    expect(performance.now() - at).toBeLessThan(31_000)
    const stopped = own.requests()
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(own.writes(stopped)).toEqual([])
    await own.start({ namespace: 'rollout' }, quickInCluster)
    await isReady()
    expect(await own.apps()).toHaveLength(7)
  } finally {
    await own.close()
  }
})
