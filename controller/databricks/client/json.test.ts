import { describe, expect, it } from 'vitest'
import { idText, parseJson } from './json.ts'

describe('reading ids', () => {
  it('keeps every digit of an int64', () => {
    expect(parseJson('{"service_principal_id":73749288347493821,"n":7,"f":0.5}')).toEqual({
      service_principal_id: '73749288347493821',
      n: 7,
      f: 0.5,
    })
  })
  it.each([
    ['{"a":-73749288347493821}', { a: '-73749288347493821' }],
    [
      '[73749288347493821,9007199254740991, 9007199254740993 ]',
      ['73749288347493821', 9007199254740991, '9007199254740993'],
    ],
    ['73749288347493821', '73749288347493821'],
    [
      '{"a":0.1234567890123456,"b":1e-1,"c":1234567890123456.5}',
      { a: 0.1234567890123456, b: 0.1, c: 1234567890123456.5 },
    ],
    ['{"a":": 73749288347493821, \\\\\\": 73749288347493821}"}', { a: ': 73749288347493821, \\": 73749288347493821}' }],
    ['{"73749288347493821":"73749288347493821"}', { '73749288347493821': '73749288347493821' }],
  ])('reads %s', (text, value) => {
    expect(parseJson(text)).toEqual(value)
  })
  it('takes numbers and strings alike', () => {
    expect([idText(12), idText('12'), idText(undefined)]).toEqual(['12', '12', undefined])
  })
})
