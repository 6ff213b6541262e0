import { describe, expect, it } from 'vitest'
import { boldAfterDim } from './cell-style.ts'

describe('bold in a serialized screen', () => {
  it.for([
    ['1;22', '22;1'],
    ['38;5;5;1;22', '22;38;5;5;1'],
    ['38;5;1;22', '38;5;1;22'],
    ['38;2;1;22;1', '38;2;1;22;1'],
    ['38;2;1;22;3;1;22', '22;38;2;1;22;3;1'],
    ['22;2', '22;2'],
    ['1', '1'],
    ['', ''],
  ])('%s is sent as %s', ([codes = '', sent]) => {
    expect(boldAfterDim(codes)).toBe(sent)
  })
})
