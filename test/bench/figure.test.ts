import { describe, expect, it } from 'vitest'
import { figure, median, quantile } from './figure.ts'

describe('a figure', () => {
  it.for([
    ['a ratio below its bound', figure('x', 'ms', 5, 10, { on: 'ratio', at: 'most', value: 0.6 }), true, 0.5],
    ['a ratio above its bound', figure('x', 'ms', 7, 10, { on: 'ratio', at: 'most', value: 0.6 }), false, 0.7],
    ['a plain number at its bound', figure('x', 'calls', 3, null, { on: 'ours', at: 'most', value: 3 }), true, null],
    ['a throughput below its floor', figure('x', 'MB/s', 12, 10, { on: 'ratio', at: 'least', value: 1.3 }), false, 1.2],
    ['a ratio without a peer', figure('x', 'ms', 5, null, { on: 'ratio', at: 'most', value: 1 }), null, null],
  ] as const)('%s', ([, row, holds, ratio]) => {
    expect(row).toMatchObject({ holds, ratio })
  })

  it('tells the range of its ratio, where it has both', () => {
    const goal = { on: 'ratio', at: 'most', value: 2 } as const
    expect(figure('x', 'ms', 3, 2, goal, [1.23456, 1.6])).toMatchObject({ ratio: 1.5, range: [1.235, 1.6] })
    expect(figure('x', 'ms', 3, 2, goal)).not.toHaveProperty('range')
    expect(figure('x', 'ms', 3, 0, goal, [1, 2])).not.toHaveProperty('range')
  })

  it('takes the middle and the tail of what was measured', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(quantile([...Array(100).keys()], 0.99)).toBe(99)
  })
})
