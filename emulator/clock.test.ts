import { describe, expect, it } from 'vitest'
import { virtualClock } from './clock.ts'

describe('a virtual clock', () => {
  it('runs what falls due in order, also what tasks ask for on the way', async () => {
    const clock = virtualClock(0)
    const seen: string[] = []
    const note = (word: string) => () => void seen.push(`${word}@${clock.now()}`)
    clock.after(30, note('late'))
    clock.after(10, () => {
      note('early')()
      clock.after(10, note('nested'))
    })
    clock.after(20, note('called off'))()
    await clock.advance(25)
    expect(seen).toEqual(['early@10', 'nested@20'])
    expect(clock.now()).toBe(25)
    await clock.advance(5)
    expect(seen.at(-1)).toBe('late@30')
  })

  it('lets promises settle between tasks', async () => {
    const clock = virtualClock(0)
    const pause = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve))
    let arrivedAt = 0
    void pause(10)
      .then(() => pause(10))
      .then(() => pause(10))
      .then(() => {
        arrivedAt = clock.now()
      })
    await clock.advance(100)
    expect(arrivedAt).toBe(30)
  })
})
