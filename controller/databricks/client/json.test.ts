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
  it('takes numbers and strings alike', () => {
    expect([idText(12), idText('12'), idText(undefined)]).toEqual(['12', '12', undefined])
  })
})
