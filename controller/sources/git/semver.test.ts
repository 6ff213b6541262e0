import { expect, it } from 'vitest'
import { highestInRange, isRange } from './semver.ts'

const tags = [
  'v0.9.9',
  'v1.0.0',
  '1.2.3',
  'v1.10.0',
  'v2.0.0-beta.2',
  'v2.0.0-beta.11',
  'v2.0.0',
  'v2.1.0-rc.1',
  'latest',
]

it.for([
  ['*', 'v2.0.0'],
  ['1.x', 'v1.10.0'],
  ['^1.0', 'v1.10.0'],
  ['~1.2', '1.2.3'],
  ['^0.9.1', 'v0.9.9'],
  ['>=1.0 <1.10.0', '1.2.3'],
  ['> 1.2', 'v2.0.0'],
  ['<=1.2', '1.2.3'],
  ['=1.0.0', 'v1.0.0'],
  ['1.2.3 || ^0.9', '1.2.3'],
  // A pre-release only for who names one of the same three numbers; its numbers count as numbers.
  ['>=2.0.0-beta <2.0.0', 'v2.0.0-beta.11'],
  ['>=2.1.0-rc.0', 'v2.1.0-rc.1'],
  ['^3', undefined],
  ['latest', undefined],
] as const)('%s takes %s', ([range, wanted]) => {
  expect(highestInRange(tags, range)).toBe(wanted)
})

it('knows what is no range', () => {
  expect(['1.x', '', 'main', '>', '1.2.3.4'].map(isRange)).toEqual([true, false, false, false, false])
})
