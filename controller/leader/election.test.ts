import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { VirtualTime } from '../../test/support/virtual-time.ts'
import { Election, steadyLease } from './election.ts'
import { FakeLease } from './fake-lease.ts'

const hour = 3_600_000

describe('an election', () => {
  let time: VirtualTime
  let server: FakeLease
  let stop: AbortController
  beforeEach(() => {
    time = new VirtualTime()
    server = new FakeLease()
    stop = new AbortController()
  })
  afterEach(() => {
    stop.abort()
    time.close()
  })

  /** One candidate; `skew` moves its wall clock, never its monotonic one. */
  const stand = (identity: string) => {
    const world = { skew: 0, frozenFor: 0, leadsSince: Number.NaN, lostAt: Number.NaN }
    const election = new Election({
      connection: { open: async () => ({ api: server, login: { namespace: 'default' } }) },
      name: 'lease',
      identity,
      times: steadyLease,
      clock: { now: () => time.now() + world.skew, sleep: time.sleep },
      monotonic: () => time.now(),
      random: () => 1,
      log: () => undefined,
    })
    const done = election
      .acquire(stop.signal)
      .then(() => {
        world.leadsSince = time.now()
        return election.hold(stop.signal)
      })
      .then(() => {
        if (election.lost.aborted) world.lostAt = time.now()
      })
      .catch(() => undefined)
    return { world, election, done }
  }
  const leads = ({ election }: ReturnType<typeof stand>) => time.until('a leader', () => election.isHeld(), 60_000)

  it('lets one lead for as long as it renews', async () => {
    const first = stand('first')
    await leads(first)
    const second = stand('second')
    await time.pass(10 * 60_000)
    expect([first.election.isHeld(), second.election.isHeld()]).toEqual([true, false])
    expect(new Set(server.holders)).toEqual(new Set(['first']))
  })

  it('lets one of two win that come at once', async () => {
    const both = [stand('first'), stand('second')]
    await time.until('a leader', () => both.some(({ election }) => election.isHeld()), 60_000)
    await time.pass(60_000)
    expect(both.filter(({ election }) => election.isHeld())).toHaveLength(1)
  })

  it('hands over after a lease and within a retry more, when the leader is gone', async () => {
    const first = stand('first')
    await leads(first)
    await time.pass(20_000)
    const renewedAt = Date.parse(server.lease?.spec.renewTime ?? '')
    stop.abort()
    stop = new AbortController()
    const third = stand('third')
    await leads(third)
    const waited = third.world.leadsSince - renewedAt
    expect(waited).toBeGreaterThanOrEqual(steadyLease.leaseMs)
    expect(waited).toBeLessThanOrEqual(steadyLease.leaseMs + 2 * 1.2 * steadyLease.retryMs)
    expect(server.lease?.spec.leaseTransitions).toBe(1)
  })

  it.for([
    ['the leader', 'leader'],
    ['whoever waits', 'other'],
  ] as const)('keeps its leader when the wall clock of %s jumps', async ([, who]) => {
    const first = stand('first')
    await leads(first)
    const second = stand('second')
    const { world } = who === 'leader' ? first : second
    for (const skew of [hour, -hour, 0]) {
      world.skew = skew
      await time.pass(60_000)
      expect([first.election.isHeld(), second.election.isHeld()]).toEqual([true, false])
    }
  })

  it('takes nobody for dead because of the times in the record', async () => {
    const old = new Date(0).toISOString()
    const spec = { holderIdentity: 'ancient', leaseDurationSeconds: 15, renewTime: old, acquireTime: old }
    server.lease = { metadata: { name: 'lease', namespace: 'default', uid: 'one', resourceVersion: '0' }, spec }
    const startedAt = time.now()
    const first = stand('first')
    await leads(first)
    expect(first.world.leadsSince - startedAt).toBeGreaterThanOrEqual(15_000)
  })

  it('stops believing in itself before others may act, when the server is away', async () => {
    const first = stand('first')
    await leads(first)
    const second = stand('second')
    await time.pass(10_000)
    const renewedAt = Date.parse(server.lease?.spec.renewTime ?? '')
    server.isAway = true
    await time.until('the end', () => !first.election.isHeld(), 60_000)
    expect(time.now() - renewedAt).toBeLessThanOrEqual(steadyLease.renewMs + steadyLease.retryMs)
    await first.done
    expect(first.election.lost.aborted).toBe(true)
    server.isAway = false
    await leads(second)
    expect(second.world.leadsSince).toBeGreaterThan(first.world.lostAt)
  })

  it('outlives a server that is away for less than the deadline', async () => {
    const first = stand('first')
    await leads(first)
    for (let count = 0; count < 5; count += 1) {
      server.isAway = true
      await time.pass(5_000)
      server.isAway = false
      await time.pass(5_000)
    }
    expect(first.election.isHeld()).toBe(true)
  })

  it('reads the lease anew when the answer to a renewal was lost', async () => {
    const first = stand('first')
    await leads(first)
    server.lostAnswers = 2
    await time.pass(30_000)
    expect(first.election.isHeld()).toBe(true)
  })

  it('is over when somebody else was written into the lease', async () => {
    const first = stand('first')
    await leads(first)
    const { lease } = server
    if (lease)
      await server.json({ method: 'PUT', path: '', body: { ...lease, spec: { ...lease.spec, holderIdentity: 'x' } } })
    await time.until('the end', () => first.election.lost.aborted, 60_000)
  })

  it.each(['was lost', 'arrived unheard', 'arrives late'] as const)(
    'gives the lease back when its last renewal %s',
    async (fate) => {
      const first = stand('first')
      await leads(first)
      if (fate === 'arrived unheard') server.lostAnswers = 1
      else server.stray = fate
      await time.pass(1.5 * steadyLease.retryMs)
      stop.abort()
      await first.election.release()
      expect(server.lease?.spec.holderIdentity).toBe('')
    },
  )

  it('gives the lease back, and the next one has it at its next try', async () => {
    const first = stand('first')
    await leads(first)
    const second = stand('second')
    await time.pass(10_000)
    await first.election.release()
    expect(first.election.isHeld()).toBe(false)
    const at = time.now()
    await leads(second)
    expect(second.world.leadsSince - at).toBeLessThanOrEqual(1.2 * steadyLease.retryMs)
  })
})
