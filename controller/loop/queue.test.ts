import { describe, expect, it } from 'vitest'
import type { Clock } from '../databricks/client/clock.ts'
import { WorkQueue } from './queue.ts'

/** Sleeps end when `advance` passes them. */
function handClock() {
  let now = 0
  let sleepers: { at: number; wake: () => void }[] = []
  const clock: Clock = {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push({ at: now + ms, wake: resolve })
        signal?.addEventListener('abort', () => reject(signal.reason))
      }),
  }
  const advance = async (ms: number) => {
    now += ms
    const due = sleepers.filter(({ at }) => at <= now)
    sleepers = sleepers.filter(({ at }) => at > now)
    for (const { wake } of due) wake()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { clock, advance }
}

describe('the work queue', () => {
  it('hands out a key once, however often it is added', async () => {
    const queue = new WorkQueue({ clock: handClock().clock, random: () => 0.5 })
    queue.add('a')
    queue.add('a')
    queue.add('b')
    expect([await queue.take(), await queue.take()]).toEqual(['a', 'b'])
  })

  it('runs a key again that was added while it was worked on, and never twice at once', async () => {
    const queue = new WorkQueue({ clock: handClock().clock, random: () => 0.5 })
    queue.add('a')
    await queue.take()
    queue.add('a')
    queue.add('a')
    let second: string | undefined
    const taking = queue.take().then((key) => {
      second = key
    })
    await Promise.resolve()
    expect(second).toBeUndefined()
    queue.done('a')
    await taking
    expect(second).toBe('a')
  })

  it('keeps the earlier of two delays', async () => {
    const { clock, advance } = handClock()
    const queue = new WorkQueue({ clock, random: () => 0.5 })
    queue.addAfter('a', 100)
    queue.addAfter('a', 5_000)
    expect(queue.dueAt('a')).toBe(100)
    const taken = queue.take()
    await advance(100)
    expect(await taken).toBe('a')
  })

  it('doubles its patience with a key that fails, to five minutes', () => {
    const queue = new WorkQueue({ clock: handClock().clock, random: () => 0.5 })
    const waits = Array.from({ length: 12 }, () => queue.addRateLimited('a'))
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000])
    expect(waits.at(-1)).toBe(300_000)
    queue.forget('a')
    expect(queue.addRateLimited('a')).toBe(1_000)
  })

  it('lets its takers go when it closes', async () => {
    const queue = new WorkQueue({ clock: handClock().clock, random: () => 0.5 })
    const taken = queue.take()
    queue.close()
    expect(await taken).toBeUndefined()
  })
})

describe('the order of the work queue', () => {
  const queueOf = (perLane = 4) => {
    const { clock, advance } = handClock()
    const seen: string[] = []
    const watch = {
      added: () => seen.push('added'),
      retried: () => seen.push('retried'),
      started: (ms: number) => seen.push(`started after ${ms}`),
      ended: (ms: number) => seen.push(`ended after ${ms}`),
    }
    const laneOf = (key: string) => key.split('/')[0] ?? ''
    return { queue: new WorkQueue({ clock, random: () => 0.5, laneOf, perLane, watch }), advance, seen }
  }
  const takeAll = async (queue: WorkQueue, count: number) => {
    const keys: (string | undefined)[] = []
    for (let taken = 0; taken < count; taken += 1) keys.push(await queue.take())
    return keys
  }

  it('hands out what somebody asked for before what only time asked for', async () => {
    const { queue } = queueOf(9)
    queue.add('w/drift', 'later')
    queue.add('w/changed')
    expect(await takeAll(queue, 2)).toEqual(['w/changed', 'w/drift'])
  })

  it('makes a waiting key urgent when somebody asks for it, and never less urgent', async () => {
    const { queue } = queueOf(9)
    for (const key of ['w/a', 'w/b']) queue.add(key, 'later')
    queue.add('w/b')
    queue.add('w/b', 'later')
    expect(await takeAll(queue, 2)).toEqual(['w/b', 'w/a'])
  })

  it('lets drift through a flood of changes', async () => {
    const { queue } = queueOf(99)
    queue.add('w/drift', 'later')
    for (let n = 0; n < 20; n += 1) queue.add(`w/${n}`)
    expect((await takeAll(queue, 4)).at(-1)).toBe('w/drift')
  })

  it('gives a workspace that does not answer its share of places and no more', async () => {
    const { queue } = queueOf(2)
    for (let n = 0; n < 50; n += 1) queue.add(`dead/${n}`)
    queue.add('alive/1')
    expect(await takeAll(queue, 3)).toEqual(['dead/0', 'alive/1', 'dead/1'])
    let next: string | undefined
    const taking = queue.take().then((key) => {
      next = key
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(next).toBeUndefined()
    queue.done('dead/0')
    await taking
    expect(next).toBe('dead/2')
  })

  it('remembers the urgency of what was asked for during the work', async () => {
    const { queue } = queueOf(1)
    queue.add('w/a', 'later')
    await queue.take()
    queue.add('w/b', 'later')
    queue.add('w/a')
    queue.done('w/a')
    expect(await takeAll(queue, 1)).toEqual(['w/a'])
  })

  it('drops a key with its timer and its failures', async () => {
    const { queue, advance } = queueOf()
    queue.addRateLimited('w/a')
    queue.add('w/b')
    queue.drop('w/a')
    queue.drop('w/b')
    await advance(60_000)
    expect([queue.depth('soon'), queue.depth('later'), queue.dueAt('w/a')]).toEqual([0, 0, undefined])
    expect(queue.addRateLimited('w/a')).toBe(1_000)
  })

  it('tells how long keys waited and were worked on', async () => {
    const { queue, advance, seen } = queueOf()
    queue.add('w/a')
    queue.add('w/a')
    expect([queue.depth('soon'), queue.depth('later')]).toEqual([1, 0])
    await advance(30)
    await queue.take()
    await advance(200)
    expect([queue.depth('soon'), queue.workingForMs()]).toEqual([0, [200]])
    queue.done('w/a')
    expect(seen).toEqual(['added', 'started after 30', 'ended after 200'])
  })
})
