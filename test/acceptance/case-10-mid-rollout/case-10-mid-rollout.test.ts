/** Case 10: the spec changes again while a rollout is under way. In virtual time, so that the order of things is what counts. */
import { afterEach, expect, it } from 'vitest'
import { type BenchFleet, isReady, key, specText, startBenchFleet } from '../../support/bench-fleet.ts'
import { VirtualTime } from '../../support/virtual-time.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

it('goes on to the newest revision at once, one worker at a time, and deploys the one between no more', async () => {
  const time = new VirtualTime()
  fleet = await startBenchFleet(specText({ replicas: 5 }), { profile: 'realistic', clock: time })
  const controller = await fleet.start({
    clock: time,
    fetch: time.fetch,
    monotonic: time.now,
    pace: { driftMs: 300_000 },
  })
  const settled = () => isReady(controller.view(key))
  await time.until('Ready', settled, 30 * 60_000)
  const launches = () => fleet.bench.host.launches.slice(6)
  /** Most workers that were not there at one time. */
  let mostDown = 0
  controller.subscribe((event) => {
    if (event.type !== 'workshop') return
    const lines = (event.data.status.fleet ?? []).filter(({ name }) => name.includes('-worker-'))
    mostDown = Math.max(mostDown, lines.filter(({ state }) => state === 'Missing' || state === 'Degraded').length)
  })

  const change = async (text: string) => {
    await fleet.changeBundle(text)
    // The folder is believed for a second of real time, in which whole rollouts pass here.
    await new Promise((resolve) => setTimeout(resolve, 1_100))
  }
  const atB = () => launches().filter(({ app }) => app !== 'vibe-hub').length
  await change('B\n')
  controller.reconcileNow(key)
  await time.until('two workers at B', () => atB() === 2, 60 * 60_000)
  const [first = ''] = (await deployments()).get('vibe-worker-5') ?? []
  const before = await deployments()
  await change('C\n')
  controller.reconcileNow(key)
  const isOver = () => launches().filter(({ app }) => app !== 'vibe-hub').length >= 2 + 5
  await time.until('all at C', () => isOver() && settled(), 120 * 60_000)
  const after = await deployments()
  const fresh = [...after].flatMap(([app, paths]) => paths.slice(0, paths.length - (before.get(app)?.length ?? 0)))
  const atC = fresh.filter((path) => path !== first)
  expect(new Set(atC).size).toBe(1)
  expect(atC).toHaveLength(5)
  // One may have been on its way to the platform while C was written.
  expect(fresh.length - atC.length).toBeLessThanOrEqual(1)
  expect(mostDown).toBeLessThanOrEqual(1)
  const { status } = controller.view(key) ?? {}
  expect(new Set(status?.fleet?.slice(1).map(({ revision }) => revision)).size).toBe(1)
  expect(status?.currentRevision).toBe(status?.updateRevision)

  /** Source paths of every worker's deployments, newest first. */
  async function deployments(): Promise<ReadonlyMap<string, readonly string[]>> {
    const names = [1, 2, 3, 4, 5].map((ordinal) => `vibe-worker-${ordinal}`)
    const lists = await Promise.all(
      names.map(async (name) => {
        const { json } = await fleet.bench.get(`/api/2.0/apps/${name}/deployments`)
        return (json.app_deployments as { source_code_path: string }[]).map(({ source_code_path: path }) => path)
      }),
    )
    return new Map(names.map((name, at) => [name, lists[at] ?? []]))
  }
}, 120_000)
