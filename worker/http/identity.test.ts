import { describe, expect, it } from 'vitest'
import { callerOf, UserTokens } from './identity.ts'

describe("the proxy's headers", () => {
  it('name one person without case', () => {
    expect(
      callerOf({
        'x-forwarded-email': ' Ada@Example.com ',
        'x-forwarded-user': '7474@adb',
        'x-forwarded-preferred-username': Buffer.from('Łovelace, Ada\u202e').toString('latin1'),
        'x-forwarded-access-token': 'abc.def-_',
      }),
    ).toEqual({
      email: 'ada@example.com',
      displayName: 'Łovelace, Ada',
      principals: ['ada@example.com', '7474@adb'],
      accessToken: 'abc.def-_',
    })
  })

  it.for([
    ['nobody at all', {}],
    ['two addresses in one header', { 'x-forwarded-email': 'ada@example.com, grace@example.com' }],
    ['an endless name', { 'x-forwarded-email': 'a'.repeat(300) }],
  ] as const)('name nobody for %s', ([, headers]) => {
    expect(callerOf(headers)).toBeUndefined()
  })

  it('give a service principal no address', () => {
    expect(callerOf({ 'x-forwarded-user': 'App-Id' })).toMatchObject({ email: '', principals: ['app-id'] })
  })
})

describe('tokens of people', () => {
  it('are kept from the last request that had one, until the person leaves the roster', () => {
    const tokens = new UserTokens()
    const caller = { email: 'ada@example.com', displayName: '', principals: [] }
    tokens.remember({ ...caller, accessToken: 'one' })
    tokens.remember({ ...caller, accessToken: 'two' })
    tokens.remember({ ...caller, accessToken: undefined })
    expect(tokens.of('Ada@example.com')).toBe('two')
    tokens.keepOnly(() => false)
    expect(tokens.of('ada@example.com')).toBeUndefined()
  })
})
