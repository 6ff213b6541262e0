import { describe, expect, it } from 'vitest'
import { findLogin } from './credentials.ts'

const profileFile =
  '; mine\n[DEFAULT]\nhost = https://d.example.com/\ntoken=t1\n[m2m]\nhost=m.example.com\nclient_id=a\nclient_secret=b=c\n'

describe('finding credentials', () => {
  it.for([
    [
      'takes a token from the environment',
      { DATABRICKS_HOST: 'https://e.example.com/x', DATABRICKS_TOKEN: 't' },
      undefined,
      ['https://e.example.com', 'pat'],
    ],
    [
      'takes client credentials',
      { DATABRICKS_HOST: 'e.example.com', DATABRICKS_CLIENT_ID: 'a', DATABRICKS_CLIENT_SECRET: 'b' },
      undefined,
      ['https://e.example.com', 'm2m'],
    ],
    ['falls back to the default profile', {}, undefined, ['https://d.example.com', 'pat']],
    [
      'takes the profile that the environment names',
      { DATABRICKS_CONFIG_PROFILE: 'm2m' },
      undefined,
      ['https://m.example.com', 'm2m'],
    ],
    [
      'lets the spec win',
      { DATABRICKS_HOST: 'https://e.example.com', DATABRICKS_TOKEN: 't' },
      'm2m',
      ['https://m.example.com', 'm2m'],
    ],
  ] as const)('%s', ([, env, profile, [host, kind]]) => {
    const login = findLogin({ env, profileFile, ...(profile ? { profile } : {}) })
    expect([login.host, login.credentials.kind]).toEqual([host, kind])
  })
  it.for([
    ['nothing at all', {}, undefined],
    ['a host alone', { DATABRICKS_HOST: 'https://e.example.com' }, profileFile],
    ['a profile that is not there', { DATABRICKS_CONFIG_PROFILE: 'x' }, profileFile],
  ] as const)('says what is missing: %s', ([, env, file]) => {
    expect(() => findLogin({ env, profileFile: file })).toThrow('WO-2001')
  })
})
