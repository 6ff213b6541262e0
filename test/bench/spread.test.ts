import { describe, expect, it } from 'vitest'
import { randomFrom } from '../support/random.ts'
import { median, quantile } from './figure.ts'
import { ratioRange, singly, type Turns } from './spread.ts'

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const width = (range: readonly [number, number] | undefined) => (range === undefined ? Number.NaN : range[1] - range[0])

describe('the range of a ratio', () => {
  it('is the ratio itself where nothing varies', () => {
    const [ours, peer] = [singly(Array(20).fill(3)), singly(Array(20).fill(2))]
    expect(ratioRange(ours, peer, median, randomFrom(1))).toEqual([1.5, 1.5])
  })

  const share = (ranges: readonly ReturnType<typeof ratioRange>[], truth: number) =>
    ranges.filter((range) => range !== undefined && range[0] <= truth && range[1] >= truth).length / ranges.length

  it('holds the true ratio in about nine of ten measurements, and is narrower with more turns', () => {
    const random = randomFrom(2)
    const turns = (count: number, mean: number) => singly(Array.from({ length: count }, () => mean * (0.5 + random())))
    const measured = (count: number) => ratioRange(turns(count, 3), turns(count, 2), median, random)
    const ranges = Array.from({ length: 100 }, () => measured(36))
    expect(share(ranges, 1.5)).toBeGreaterThan(0.75)
    expect(share(ranges, 1.5)).toBeLessThan(0.99)
    expect(width(measured(360))).toBeLessThan(width(measured(36)) / 2)
  })

  it('holds it as often when bad minutes last for some turns', () => {
    const random = randomFrom(6)
    /** Four turns each as slow as the others of their minute. */
    const minutes = () => singly(Array.from({ length: 12 }, () => Array(4).fill(0.5 + random())).flat())
    const ranges = Array.from({ length: 100 }, () => ratioRange(minutes(), minutes(), mean, random))
    expect(share(ranges, 1)).toBeGreaterThan(0.7)
  })

  it('does not count a bad minute that met both', () => {
    const minutes = [1, 9, 1, 1, 30, 1, 1, 4, 1, 1, 1, 2, 1, 1, 60, 1]
    const ours = singly(minutes.map((slow) => slow * 2))
    expect(ratioRange(ours, singly(minutes), mean, randomFrom(3))).toEqual([2, 2])
  })

  it('is wide for a tail that one turn decides', () => {
    const calm: Turns = Array.from({ length: 36 }, () => Array(60).fill(1))
    const paused: Turns = calm.map((turn, i) => (i === 7 ? Array(60).fill(20) : turn))
    const p99 = (values: readonly number[]) => quantile(values, 0.99)
    expect(ratioRange(paused, calm, p99, randomFrom(4))).toEqual([1, 20])
  })

  it('is not told for fewer than twelve turns, for turns without a counterpart, and without a ratio', () => {
    const some = (count: number, value: number) => singly(Array(count).fill(value))
    const random = randomFrom(5)
    expect(ratioRange(some(12, 1), some(12, 1), median, random)).toEqual([1, 1])
    expect(ratioRange(some(11, 1), some(11, 1), median, random)).toBeUndefined()
    expect(ratioRange(some(20, 1), some(19, 1), median, random)).toBeUndefined()
    expect(ratioRange(some(20, 1), [], median, random)).toBeUndefined()
    expect(ratioRange(some(20, 1), some(20, 0), median, random)).toBeUndefined()
  })
})
