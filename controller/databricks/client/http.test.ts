import { describe, expect, it } from 'vitest'
import { authorize } from './authorization.ts'
import { CallError } from './call-error.ts'
import type { Clock } from './clock.ts'
import { Http } from './http.ts'
import { Limiter } from './limiter.ts'
import type { Fetch } from './loopback.ts'

/** A clock that jumps: a sleep takes no time and moves `now`. */
function jumpingClock(): Clock {
  let now = 0
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms
    },
  }
}

type Answer = Response | 'network error'

function client(answers: readonly Answer[], kind: 'pat' | 'm2m' = 'pat', requestsPerSecond = 1_000) {
  const calls: { url: string; authorization: string; at: number }[] = []
  const clock = jumpingClock()
  let tokens = 0
  const fetch: Fetch = async (url, { headers }) => {
    await Promise.resolve()
    if (url.endsWith('/oidc/v1/token')) return Response.json({ access_token: `token-${++tokens}`, expires_in: 3600 })
    calls.push({ url, authorization: headers['authorization'] ?? '', at: clock.now() })
    const answer = answers[Math.min(calls.length, answers.length) - 1]
    if (answer === 'network error' || answer === undefined) throw new TypeError('fetch failed')
    return answer.clone()
  }
  const credentials = kind === 'pat' ? { kind, token: 't' } : { kind, clientId: 'a', clientSecret: 'b' }
  const login = { host: 'https://x', credentials }
  const http = new Http({
    host: 'https://x',
    authorization: authorize(login, fetch, clock),
    fetch,
    clock,
    random: () => 0.5,
    limiter: new Limiter(clock, { requestsPerSecond, concurrentWrites: 5 }),
    budgetMs: 300_000,
    timeoutMs: 60_000,
  })
  return { http, calls, tokens: () => tokens }
}

const get = { method: 'GET', path: '/api/x' } as const
const post = { method: 'POST', path: '/api/x', body: {} } as const
const tooMany = new Response('{"error_code":"REQUEST_LIMIT_EXCEEDED"}', {
  status: 429,
  headers: { 'retry-after': '7' },
})

describe('calling the platform', () => {
  it('waits as long as the platform asks and then goes on', async () => {
    const { http, calls } = client([tooMany, tooMany, Response.json({ a: 1 })])
    expect(await http.json(get)).toEqual({ a: 1 })
    expect(calls.map(({ at }) => at)).toEqual([0, 7_125, 14_250])
  })

  it('holds everybody back while the host asks for quiet', async () => {
    const clock = jumpingClock()
    const limiter = new Limiter(clock, { requestsPerSecond: 10, concurrentWrites: 5 })
    limiter.pauseUntil(7_000)
    await Promise.all([limiter.turn(), limiter.turn()])
    expect(clock.now()).toBeGreaterThanOrEqual(7_000)
  })

  it('gives up after its budget and says when to come back', async () => {
    const { http } = client([tooMany])
    const error = await http.json(get).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'WO-2005', status: 429 })
    expect((error as CallError).retryAt).toBeGreaterThan(290_000)
  })

  it('calls a create with a lost answer an unknown result and sends it once', async () => {
    const { http, calls } = client(['network error'])
    const error = await http.json(post).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(CallError)
    expect(error).toMatchObject({ unknownResult: true, code: 'WO-2004' })
    expect(calls).toHaveLength(1)
  })

  it('fetches one OAuth token for many callers', async () => {
    const { http, tokens } = client([Response.json({})], 'm2m')
    await Promise.all([http.json(get), http.json(get), http.json(get)])
    expect(tokens()).toBe(1)
  })

  it('renews a refused OAuth token once', async () => {
    const { http, calls } = client([new Response('', { status: 401 }), Response.json({})], 'm2m')
    await http.json(get)
    expect(calls.map(({ authorization }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-2'])
  })

  it('keeps to its rate after the first burst', async () => {
    const { http, calls } = client([Response.json({})], 'pat', 10)
    for (let n = 0; n < 30; n += 1) await http.json(get)
    expect(calls.at(-1)?.at).toBeGreaterThanOrEqual(1_900)
  })

  it('does not take a login page for an answer', async () => {
    const { http } = client([new Response('<html>', { status: 302, headers: { location: '/login' } })])
    await expect(http.json(get)).rejects.toThrow('WO-2002')
  })
})
