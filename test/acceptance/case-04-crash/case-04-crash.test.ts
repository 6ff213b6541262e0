/** Case 4: the controller is killed after each of its writes in turn, and loses what it kept; the next one makes the same fleet of what it finds. */
import { rm } from 'node:fs/promises'
import { afterEach, expect, it } from 'vitest'
import { type Fetch, loopbackFetch } from '../../../controller/databricks/client/loopback.ts'
import { type BenchFleet, quick, ready, specText, startBenchFleet, until } from '../../support/bench-fleet.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

const spec = specText({ replicas: 1 })

/** A process that dies right after its nth write: nothing more leaves it, and that answer is never read. */
function mortal(writesToLive: number): { readonly fetch: Fetch; readonly isDead: () => boolean } {
  let left = writesToLive
  const isDead = () => left <= 0
  return {
    isDead,
    fetch: async (url, init) => {
      if (isDead()) throw new Error('this process is dead')
      if (init.method !== 'GET') left -= 1
      const isLast = isDead()
      const answer = await loopbackFetch(url, init)
      if (isLast || isDead()) throw new Error('this process is dead')
      return answer
    },
  }
}

/** What there is in the end, without what differs from run to run. */
async function endState() {
  const { json } = await fleet.bench.get('/api/2.0/token/list')
  const tokens = (json.token_infos as { comment: string }[]).filter(({ comment }) => comment.includes('owner='))
  const secrets = (await fleet.bench.get('/api/2.0/secrets/list?scope=vibe-workshop')).json.secrets as { key: string }[]
  const scopes = (await fleet.bench.get('/api/2.0/secrets/scopes/list')).json.scopes as { name: string }[]
  const grants = await Promise.all(
    ['vibe-hub', 'vibe-worker-1'].map(async (app) => {
      const acl = (await fleet.bench.get(`/api/2.0/permissions/apps/${app}`)).json.access_control_list
      return (acl as { user_name?: string }[]).flatMap(({ user_name }) => user_name ?? []).sort()
    }),
  )
  return {
    apps: await fleet.apps(),
    running: fleet.bench.host.running.size,
    tokens: tokens.length,
    secrets: secrets.map(({ key }) => key).sort(),
    scopes: scopes.map(({ name }) => name).sort(),
    grants,
  }
}

const creations = (writes: readonly string[]) =>
  writes.filter((write) => write === 'POST /api/2.0/apps' || write.endsWith('/scopes/create')).sort()

it('ends the same whichever write was the last', async () => {
  fleet = await startBenchFleet(spec)
  await ready(await fleet.start())
  const wanted = await endState()
  const whole = fleet.writes()
  expect(wanted).toMatchObject({ apps: ['vibe-hub', 'vibe-worker-1'], running: 2, tokens: 1 })
  await fleet.close()

  for (let last = 1; last < whole.length; last += 1) {
    fleet = await startBenchFleet(spec)
    const { fetch, isDead } = mortal(last)
    const first = await fleet.start({ ...quick, fetch })
    await until('its death', isDead, (dead) => dead)
    await first.stop()
    await rm(fleet.options.stateDir, { recursive: true, force: true })
    const second = await fleet.start()
    await ready(second)
    expect(await endState(), `killed after write ${last}: ${whole[last - 1]}`).toEqual(wanted)
    expect(creations(fleet.writes()), `killed after write ${last}`).toEqual(creations(whole))
    if (last < whole.length - 1) await fleet.close()
  }
}, 240_000)
