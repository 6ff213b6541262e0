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
    const queue = new WorkQueue(handClock().clock, () => 0.5)
    queue.add('a')
    queue.add('a')
    queue.add('b')
    expect([await queue.take(), await queue.take()]).toEqual(['a', 'b'])
  })

  it('runs a key again that was added while it was worked on, and never twice at once', async () => {
    const queue = new WorkQueue(handClock().clock, () => 0.5)
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
    const queue = new WorkQueue(clock, () => 0.5)
    queue.addAfter('a', 100)
    queue.addAfter('a', 5_000)
    expect(queue.dueAt('a')).toBe(100)
    const taken = queue.take()
    await advance(100)
    expect(await taken).toBe('a')
  })

  it('doubles its patience with a key that fails, to five minutes', () => {
    const queue = new WorkQueue(handClock().clock, () => 0.5)
    const waits = Array.from({ length: 12 }, () => queue.addRateLimited('a'))
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000])
    expect(waits.at(-1)).toBe(300_000)
    queue.forget('a')
    expect(queue.addRateLimited('a')).toBe(1_000)
  })

  it('lets its takers go when it closes', async () => {
    const queue = new WorkQueue(handClock().clock, () => 0.5)
    const taken = queue.take()
    queue.close()
    expect(await taken).toBeUndefined()
  })
})
