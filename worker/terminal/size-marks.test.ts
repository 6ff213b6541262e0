import { describe, expect, it } from 'vitest'
import { SizeMarks } from './size-marks.ts'

const size = (cols: number) => ({ cols, rows: 24 })
const marked = () => {
  const marks = new SizeMarks(size(80))
  marks.add(10, size(100))
  marks.add(10, size(110))
  marks.add(30, size(120))
  return marks
}

describe('the sizes of output', () => {
  it.for([
    [0, 80, [110, 120]],
    [9, 80, [110, 120]],
    [10, 110, [120]],
    [29, 110, [120]],
    [30, 120, []],
    [99, 120, []],
  ] as const)('at byte %i are %i columns', ([offset, cols, later]) => {
    const marks = marked()
    expect(marks.at(offset)).toEqual(size(cols))
    expect(new Set(marks.after(offset).map(({ offset }) => marks.at(offset).cols))).toEqual(new Set(later))
  })

  it('tell someone who comes to a change what changed there, once', () => {
    expect(
      marked()
        .from(10)
        .map(({ size }) => size.cols),
    ).toEqual([110, 120])
    expect(
      marked()
        .from(11)
        .map(({ size }) => size.cols),
    ).toEqual([120])
  })

  it('are still known for the oldest byte when earlier ones are forgotten', () => {
    const marks = marked()
    marks.forget(20)
    expect(marks.at(20)).toEqual(size(110))
    expect(marks.from(0)).toHaveLength(2)
  })

  it('stay few while a silent program is resized for hours', () => {
    const marks = new SizeMarks(size(80))
    for (let i = 0; i < 100_000; i++) marks.add(5, size(80 + (i % 2)))
    expect(marks.after(0).length).toBeLessThan(300)
    expect(marks.at(5)).toEqual(size(81))
  })
})
