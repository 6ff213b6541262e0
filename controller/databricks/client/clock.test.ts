import { describe, expect, it } from 'vitest'
import { steadyTime } from './clock.ts'

const hour = 3_600_000

describe('a wall clock that never goes back', () => {
  const start = () => {
    const world = { wall: 1_000_000, mono: 0 }
    const now = steadyTime(
      () => world.wall,
      () => world.mono,
    )
    const pass = (ms: number) => {
      world.wall += ms
      world.mono += ms
      return now()
    }
    return { world, now, pass }
  }

  it('is the wall clock while nobody sets that', () => {
    const { pass, world } = start()
    expect(pass(5_000)).toBe(world.wall)
    expect(pass(0.5)).toBe(Math.floor(world.wall))
  })

  it('follows when the wall is set forward', () => {
    const { pass, world } = start()
    world.wall += hour
    expect(pass(10)).toBe(world.wall)
  })

  it('goes on, a tenth slower, when the wall is set back, until that has caught up', () => {
    const { pass, now, world } = start()
    const before = now()
    world.wall -= 2 * hour
    expect(pass(10_000)).toBe(before + 9_000)
    for (let passed = 0; passed < 20 * hour; passed += hour) pass(hour)
    expect(now()).toBe(world.wall)
  })
})
