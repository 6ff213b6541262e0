import { describe, expect, it } from 'vitest'
import { allowedBy } from './allow-list.ts'
import { presentedKey, requestHeaders, responseHeaders } from './headers.ts'
import { KeyRing, keyPrefix } from './keys.ts'
import { allowedModels, endpointFor } from './models.ts'
import { retryWait } from './retry.ts'
import { parseTarget } from './target.ts'
import { addUsage } from './usage.ts'

describe('a target', () => {
  it.for([
    ['https://evil.example/api/2.0/apps'],
    ['//evil.example/api/2.0/apps'],
    ['api/2.0/apps'],
    ['/api/2.0/apps/../secrets/list'],
    ['/api/2.0/apps/%2e%2e/secrets/list'],
    ['/api/2.0/apps/.%2E/secrets/list'],
    ['/api/2.0/apps/%252e%252e/secrets'],
    ['/api/2.0/workspace-files/import-file/a%2F..%2F..%2Fb'],
    ['/api/2.0/apps/..;/secrets'],
    ['/api/2.0/apps/..%5c..%5csecrets'],
    ['/api/2.0/apps\\x'],
    ['/api/2.0//apps'],
    ['/api/2.0/apps/%00'],
    ['/api/2.0/apps/%0d%0aHost:x'],
    ['/api/2.0/apps/%zz'],
    ['/api/2.0/apps#x'],
    [`/api/2.0/apps?key=${keyPrefix}abc`],
    [`/${'a'.repeat(9_000)}`],
  ])('%s is refused', ([url]) => expect(typeof parseTarget(url ?? '')).toBe('string'))

  it('keeps encoded slashes and the query as they were sent', () => {
    expect(parseTarget('/api/2.0/workspace-files/import-file/Workspace%2FUsers%2Fa%20b.py?overwrite=true')).toEqual({
      path: '/api/2.0/workspace-files/import-file/Workspace%2FUsers%2Fa%20b.py',
      query: '?overwrite=true',
    })
  })
})

describe('the allow-list', () => {
  it.for([
    ['GET', '/api/2.0/preview/scim/v2/Me'],
    ['POST', '/api/2.0/apps'],
    ['POST', '/api/2.0/apps/ada-orders/deployments'],
    ['POST', '/api/2.0/workspace-files/import-file/Workspace%2FUsers%2Fada%40example.com%2Fapp.py'],
    ['PUT', '/api/2.0/fs/files/Volumes/main/ada/raw/orders.json'],
    ['POST', '/api/2.2/jobs/run-now'],
    ['GET', '/api/2.1/jobs/runs/get'],
    ['POST', '/api/2.0/pipelines/abc/updates'],
    ['GET', '/api/2.0/sql/statements/01f0/result/chunks/1'],
    ['POST', '/serving-endpoints/databricks-claude-opus-4-6/invocations'],
    ['POST', '/serving-endpoints/chat/completions'],
  ])('opens %s %s', ([method = '', path = '']) => expect(allowedBy(method, path)).toBeDefined())

  it.for([
    ['GET', '/api/2.0/secrets/list'],
    ['POST', '/api/2.0/secrets/get'],
    ['POST', '/api/2.0/token/create'],
    ['GET', '/api/2.0/token-management/tokens'],
    ['GET', '/api/2.0/preview/scim/v2/Users'],
    ['PATCH', '/api/2.0/permissions/apps/hub'],
    ['PUT', '/api/2.0/permissions/directories/1'],
    ['POST', '/api/2.0/git-credentials'],
    ['POST', '/oidc/v1/token'],
    ['PATCH', '/api/2.1/unity-catalog/catalogs/main'],
    ['PATCH', '/api/2.1/unity-catalog/permissions/catalog/main'],
    ['POST', '/api/2.0/clusters/create'],
    ['DELETE', '/api/2.0/sql/warehouses/w1'],
    ['PUT', '/api/2.0/serving-endpoints/x/config'],
    ['POST', '/api/2.0/serving-endpoints'],
    ['GET', '/api/2.0/apps/x%2Fy'],
    ['GET', '/api/2.0/apps/'],
    ['TRACE', '/api/2.0/apps'],
    ['GET', '/'],
  ])('refuses %s %s', ([method = '', path = '']) => expect(allowedBy(method, path)).toBeUndefined())
})

describe('keys', () => {
  it('are found until their session ends, and only theirs', () => {
    const ring = new KeyRing()
    const ada = ring.issue({ sessionId: 'a', email: 'ada@example.com' })
    const bob = ring.issue({ sessionId: 'b', email: 'bob@example.com' })
    expect(ada).toMatch(/^wsk_[\w-]{32}$/)
    expect(ring.find(ada)?.email).toBe('ada@example.com')
    ring.revoke('a')
    expect(ring.find(ada)).toBeUndefined()
    expect(ring.find(bob)?.sessionId).toBe('b')
    expect(ring.find(`${bob}x`)).toBeUndefined()
  })

  it.for([
    ['Authorization', 'Bearer wsk_1'],
    ['x-api-key', 'wsk_1'],
    ['X-Goog-Api-Key', 'wsk_1'],
  ])('are taken from %s', ([name = '', value = '']) =>
    expect(presentedKey([name, value])).toEqual({ key: 'wsk_1', conflict: false }),
  )

  it('conflict when two headers differ, not when they agree', () => {
    expect(presentedKey(['Authorization', 'Bearer a', 'x-api-key', 'b']).conflict).toBe(true)
    expect(presentedKey(['Authorization', 'Bearer a', 'authorization', 'Bearer b']).conflict).toBe(true)
    expect(presentedKey(['Authorization', 'Bearer a', 'x-goog-api-key', 'a']).conflict).toBe(false)
  })
})

describe('headers', () => {
  it('of the session stay behind, whatever carries a credential or a hop', () => {
    const headers = {
      authorization: 'wsk',
      cookie: 'c',
      'x-api-key': 'k',
      connection: 'x',
      te: 't',
      'x-forwarded-email': 'e',
    }
    expect(requestHeaders({ ...headers, accept: 'a' }, 'real')).toEqual({
      accept: 'a',
      'accept-encoding': 'identity',
      authorization: 'Bearer real',
    })
  })

  it('of the workspace stay behind when they would set state', () => {
    expect(responseHeaders({ 'set-cookie': ['a'], location: 'x', 'transfer-encoding': 'chunked', etag: 'e' })).toEqual({
      etag: 'e',
      'x-accel-buffering': 'no',
    })
  })
})

describe('a model name', () => {
  const models = { claude: 'databricks-claude-opus-4-6' }
  it.for([['databricks-claude-opus-4-6'], ['databricks-claude-opus-4-6[1m]'], ['claude-opus-4-6'], ['haiku']])(
    '%s means the endpoint',
    ([name]) => expect(endpointFor(name, models)).toBe('databricks-claude-opus-4-6'),
  )
  it.for([['databricks-gpt-5'], [undefined], [7], ['__proto__']])('%s is not offered', ([name]) =>
    expect(endpointFor(name, models)).toBeUndefined(),
  )
  it('is listed with the real one first', () => expect(allowedModels(models)[0]).toBe('databricks-claude-opus-4-6'))
})

describe('trying again', () => {
  const now = Date.parse('2026-11-21T10:00:00Z')
  it.for([
    ['waits as long as it is told', 429, '3', 0, 3_000],
    ['understands a date', 503, 'Sat, 21 Nov 2026 10:00:05 GMT', 0, 5_000],
    ['leaves a long wait to the agent', 429, '60', 0, undefined],
    ['backs off by itself', 529, undefined, 2, 2_000],
    ['gives up after three', 529, undefined, 3, undefined],
    ['does not repeat what cannot succeed', 400, undefined, 0, undefined],
  ] as const)('%s', ([, status, retryAfter, attempt, wanted]) =>
    expect(retryWait({ status, retryAfter }, attempt, { random: 0, now })).toBe(wanted),
  )
})

describe('usage', () => {
  const none = { inputTokens: 0, outputTokens: 0 }
  it.for([
    [
      'counts cached input too',
      '{"message":{"usage":{"input_tokens":5,"cache_read_input_tokens":7,"output_tokens":1}}}',
      12,
      1,
    ],
    ['takes a body in one piece', '{"usage":{"input_tokens":5,"output_tokens":9}}', 5, 9],
    ['ignores what is no number', '{"usage":{"input_tokens":"5","output_tokens":-9}}', 0, 0],
    ['ignores what is no JSON', '{"usage":', 0, 0],
    ['ignores null', '{"usage":null}', 0, 0],
  ] as const)('%s', ([, json, inputTokens, outputTokens]) =>
    expect(addUsage(none, json)).toEqual({ inputTokens, outputTokens }),
  )
})
