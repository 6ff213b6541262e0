/** Several controllers, one Lease: killed, frozen, stopped. A door for each says who wrote when. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { adminToken, type Bench, startBench } from '../../emulator/testing/client.ts'
import { people, until } from '../support/bench-fleet.ts'
import { openRoad } from './bad-road.ts'
import { workshopText } from './cluster-fleet.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import { isFullLength } from './full-length.ts'
import { openDoor, type RecordingDoor } from './recording-door.ts'

/** What a busy machine may add. */
const slackMs = 5_000
/** Kubernetes' own figures, or the same in little. */
const lease = isFullLength
  ? { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 }
  : { leaseMs: 4_000, renewMs: 2_500, retryMs: 400 }
const frozenMs = isFullLength ? 60_000 : 0
/** For another one to take over and act. */
const takeoverMs = lease.leaseMs + 30_000

let plane: ControlPlane
let bench: Bench
let folder: string
const children: ChildProcess[] = []
const doors: RecordingDoor[] = []

beforeAll(async () => {
  plane = await startControlPlane()
  folder = await mkdtemp(join(tmpdir(), 'workshop-leader-'))
  const users = people.map((email) => ({ email, displayName: email }))
  bench = await startBench({ users })
  await mkdir(join(folder, 'worker'))
  await writeFile(join(folder, 'worker', 'app.yaml'), 'command: [node, server.js]\n')
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(doors.map((door) => door.close()))
  await bench?.close()
  await plane?.stop()
  await rm(folder, { recursive: true, force: true })
})

interface Running {
  /** What it wrote to the workspace. */
  readonly writes: RecordingDoor['writes']
  readonly child: ChildProcess
  readonly output: () => string
  readonly ended: Promise<number | null>
}

async function start(kubeconfig = plane.kubeconfig): Promise<Running> {
  const door = await openDoor(bench.emulator.url)
  doors.push(door)
  const options = {
    stateDir: await mkdtemp(join(folder, 'state-')),
    login: { host: door.url, credentials: { kind: 'pat', token: adminToken } },
    workerBundle: join(folder, 'worker'),
    kubeconfig,
    lease,
  }
  const script = fileURLToPath(new URL('controller-process.ts', import.meta.url))
  const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const running = { child, writes: door.writes, output: () => text, ended }
  await until(
    'the start',
    () => text,
    (said) => said.includes('started'),
    30_000,
  )
  return running
}

const scale = (replicas: number) => plane.run(['scale', 'ws/day', `--replicas=${replicas}`])
const apps = async () => ((await bench.get('/api/2.0/apps?page_size=100')).json.apps ?? []).length
const leaseOf = async () => JSON.parse(await plane.run(['get', 'lease', 'workshop-operator', '-o', 'jsonpath={.spec}']))
let first: Running
let second: Running

it('lets the second one wait, and act when the first was killed', async () => {
  first = await start()
  await plane.run(['apply', '-f', '-'], workshopText('day'))
  await plane.run(['wait', '--for=condition=Ready', 'ws/day', '--timeout=60s'])
  second = await start()
  await scale(3)
  await until('the third worker', apps, (count) => count === 4, 20_000)
  expect(second.writes).toEqual([])

  const killed = await leaseOf()
  first.child.kill('SIGKILL')
  await scale(4)
  await until('the fourth worker', apps, (count) => count === 5, takeoverMs)
  const taken = await leaseOf()
  expect(taken.leaseTransitions).toBe(killed.leaseTransitions + 1)
  // One machine, one clock: the times in the lease can be compared here. The first may have renewed once more.
  const waited = Date.parse(taken.acquireTime) - Date.parse(killed.renewTime)
  expect(waited).toBeGreaterThanOrEqual(lease.leaseMs)
  expect(waited).toBeLessThanOrEqual(lease.leaseMs + 4 * lease.retryMs + slackMs)
  expect(second.writes[0]?.at).toBeGreaterThan(first.writes.at(-1)?.at ?? 0)
}, 240_000)

it('lets one that was frozen write nothing when it wakes, and end', async () => {
  const third = await start()
  await scale(6)
  await until('work under way', apps, (count) => count >= 6, 20_000)
  second.child.kill('SIGSTOP')
  const frozenAt = performance.now()
  await scale(3)
  await until(
    'the other one at work',
    () => third.writes.length,
    (count) => count > 0,
    takeoverMs,
  )
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, frozenAt + frozenMs - performance.now())))
  const before = second.writes.length
  second.child.kill('SIGCONT')
  expect(await second.ended).toBe(1)
  expect(second.output()).toContain('lost:')
  expect(second.writes).toHaveLength(before)
  expect(third.writes[0]?.at).toBeGreaterThan(second.writes.at(-1)?.at ?? 0)
  await until('the smaller fleet', apps, (count) => count === 4, 30_000)

  third.child.kill('SIGTERM')
  expect(await third.ended).toBe(0)
  const holder = await plane.run(['get', 'lease', 'workshop-operator', '-o', 'jsonpath={.spec.holderIdentity}'])
  expect(holder).toBe('')
}, 240_000)

it('lets one that is cut off from the cluster end before another one acts', async () => {
  const road = await openRoad(plane)
  try {
    const cutOff = await start(road.kubeconfig)
    await scale(5)
    await until('its work', apps, (count) => count === 6, 30_000)
    const other = await start()
    road.swallow('all')
    await scale(2)
    await until('the smaller fleet', apps, (count) => count === 3, takeoverMs)
    expect(await cutOff.ended).toBe(1)
    expect(cutOff.output()).toContain('it was not renewed for')
    expect(other.writes[0]?.at).toBeGreaterThan(cutOff.writes.at(-1)?.at ?? 0)
    other.child.kill('SIGTERM')
    expect(await other.ended).toBe(0)
  } finally {
    await road.stop()
  }
}, 240_000)
