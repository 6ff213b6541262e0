import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { CallFailed, call } from './call.ts'
import { usePoll } from './use-poll.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('polling', () => {
  it('keeps the last answer while a later request fails, and backs off', async () => {
    let answer: () => Promise<number> = async () => 1
    const ask = vi.fn(() => answer())
    const scope = effectScope()
    const poll = scope.run(() => usePoll(ask, 3_000))
    await vi.advanceTimersByTimeAsync(0)
    expect(poll?.data.value).toBe(1)
    answer = async () => {
      throw new CallFailed({ status: 503, title: 't', message: 'm', fix: 'f' })
    }
    await vi.advanceTimersByTimeAsync(3_000)
    expect(poll?.data.value).toBe(1)
    expect(poll?.failure.value?.status).toBe(503)
    expect(poll?.nextAt.value).toBe(Date.now() + 1_000)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(poll?.nextAt.value).toBe(Date.now() + 2_000)
    answer = async () => 2
    await poll?.refresh()
    expect([poll?.data.value, poll?.failure.value, poll?.nextAt.value]).toEqual([2, undefined, undefined])
    scope.stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('takes the answer of the newest request only', async () => {
    const answers: ((value: string) => void)[] = []
    const scope = effectScope()
    const poll = scope.run(() => usePoll(() => new Promise<string>((resolve) => void answers.push(resolve)), 3_000))
    void poll?.refresh()
    answers[1]?.('new')
    await vi.advanceTimersByTimeAsync(0)
    answers[0]?.('old')
    await vi.advanceTimersByTimeAsync(0)
    expect(poll?.data.value).toBe('new')
    scope.stop()
  })
})

describe('a call', () => {
  const answer = (status: number, body: string) =>
    vi.stubGlobal('fetch', async () => new Response(status === 204 ? null : body, { status }))
  const failed = async () => {
    const error = await call('POST', '/api/sessions').catch((caught: unknown) => caught)
    return error instanceof CallFailed ? error.failure : undefined
  }

  it('gives JSON, or nothing for an empty answer', async () => {
    answer(200, '{"a":1}')
    expect(await call('GET', '/x')).toEqual({ a: 1 })
    answer(204, '')
    expect(await call('DELETE', '/x')).toBeUndefined()
  })
  it('carries a refusal with code, sentence, fix and link', async () => {
    answer(409, JSON.stringify({ error: { code: 'WO-4003', title: 't', message: 'm', fix: 'f', link: 'l' } }))
    expect(await failed()).toEqual({ status: 409, code: 'WO-4003', title: 't', message: 'm', fix: 'f', link: 'l' })
  })
  it('makes sense of an answer that is not ours', async () => {
    answer(302, '<html>sign in</html>')
    expect(await failed()).toMatchObject({ status: 302, title: 'Unexpected answer' })
    answer(401, 'null')
    expect(await failed()).toMatchObject({ status: 401, title: 'Not signed in' })
  })
  it('says so when nobody answers', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('network')
    })
    expect(await failed()).toMatchObject({ status: 0, title: 'No answer' })
  })
})
