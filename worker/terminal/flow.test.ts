import { describe, expect, it } from 'vitest'
import { flushDelay, grantWindow, sendable, shouldPause } from './flow.ts'

describe('what a viewer is sent', () => {
  it.for([
    ['all there is, when it is little', { sent: 10, acked: 0, window: 1_000 }, 50, 0, 40],
    ['one frame at a time', { sent: 0, acked: 0, window: 262_144 }, 200_000, 0, 65_536],
    ['the rest of its window', { sent: 900, acked: 0, window: 1_000 }, 5_000, 0, 100],
    ['nothing when its window is full', { sent: 1_000, acked: 0, window: 1_000 }, 5_000, 0, 0],
    ['nothing while its socket is clogged', { sent: 0, acked: 0, window: 1_000 }, 5_000, 70_000, 0],
  ] as const)('is %s', ([, position, end, queued, bytes]) => {
    expect(sendable(position, end, queued)).toBe(bytes)
  })

  it('is bounded by a window of our choice', () => {
    expect([0, 100_000, 1e12].map(grantWindow)).toEqual([4_096, 100_000, 393_216])
  })
})

describe('a program', () => {
  it.for([
    ['never waits when nobody is attached', false, 1e9, undefined, false],
    ['runs while its fastest viewer keeps up', false, 200, 190, false],
    ['runs while it is less than three quarters of a ring ahead', false, 200, 60, false],
    ['waits three quarters of a ring ahead of the fastest', false, 200, 40, true],
    ['goes on waiting until half a ring is left', true, 200, 90, true],
    ['runs again below half a ring', true, 200, 120, false],
  ] as const)('%s', ([, paused, end, fastest, wait]) => {
    expect(shouldPause(paused, end, fastest, 200)).toBe(wait)
  })
})

describe('new output', () => {
  it.for([
    ['goes at once after quiet', 5, 10, false, 0],
    ['goes at once after a key', 0, 10, true, 0],
    ['goes at once when much waits', 0, 57_344, false, 0],
    ['waits for more inside a stream', 1, 10, false, 4],
  ] as const)('%s', ([, since, waiting, typed, delay]) => {
    expect(flushDelay(since, waiting, typed)).toBe(delay)
  })
})
