import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { activity, view } from '../fixtures/control-room.ts'
import { CallFailed } from './call.ts'
import { createLive, type OpenStream } from './live.ts'

/** A controller whose stream the test speaks into. */
function setUp(workshops = async () => [view]) {
  let events: Parameters<OpenStream>[0] | undefined
  const counts = { opened: 0, closed: 0 }
  const live = createLive(
    (given) => {
      events = given
      counts.opened += 1
      return {
        close: () => {
          counts.closed += 1
        },
      }
    },
    { workshops, activity: async () => activity },
  )
  return { live, counts, say: () => events as Parameters<OpenStream>[0] }
}
const refused = async () => {
  throw new CallFailed({
    status: 401,
    title: 'Not signed in',
    message: 'The server answered 401.',
    fix: 'open it with its key',
  })
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the live fleet', () => {
  it('shows what the stream says and forgets what is gone', () => {
    const { live, say } = setUp()
    live.start()
    expect(live.state.phase).toBe('connecting')
    say().event('workshop', JSON.stringify(view))
    expect(live.state.phase).toBe('live')
    expect([...live.workshops.keys()]).toEqual(['default/lakehouse-day'])
    say().event('gone', JSON.stringify({ namespace: 'default', name: 'lakehouse-day' }))
    expect(live.workshops.size).toBe(0)
    live.stop()
  })

  it('puts news before what it fetched', async () => {
    const { live, say } = setUp()
    live.start()
    await live.loadActivity(view)
    say().event(
      'activity',
      JSON.stringify({ ...activity[0], text: 'new', namespace: 'default', name: 'lakehouse-day' }),
    )
    expect(live.activity.get('default/lakehouse-day')?.[0]?.text).toBe('new')
    live.stop()
  })

  it('keeps old data while it reconnects, and comes back', async () => {
    const { live, say, counts } = setUp()
    live.start()
    say().event('workshop', JSON.stringify(view))
    say().error()
    expect(live.state.phase).toBe('reconnecting')
    expect(live.workshops.size).toBe(1)
    expect(live.state.nextAt).toBeGreaterThan(Date.now())
    await vi.advanceTimersByTimeAsync(1_000)
    expect(counts.opened).toBe(2)
    say().open()
    expect(live.state).toMatchObject({ phase: 'live', nextAt: undefined })
    live.stop()
  })

  it('waits longer after each failure and says why in words', async () => {
    const { live, say, counts } = setUp(refused)
    live.start()
    for (const wait of [1_000, 2_000, 5_000, 10_000, 10_000]) {
      say().error()
      await vi.advanceTimersByTimeAsync(wait - 1)
      const before = counts.opened
      await vi.advanceTimersByTimeAsync(1)
      expect(counts.opened).toBe(before + 1)
    }
    expect(live.failure.value?.status).toBe(401)
    live.stop()
  })

  it('asks a stream that has gone quiet whether it lives', async () => {
    const asked = vi.fn(async () => [view])
    const { live, say } = setUp(asked)
    live.start()
    say().event('workshop', JSON.stringify(view))
    await vi.advanceTimersByTimeAsync(45_000)
    expect(asked).toHaveBeenCalledOnce()
    live.stop()
  })

  it('leaves no timer behind', () => {
    const { live, say } = setUp()
    live.start()
    say().error()
    live.stop()
    expect(vi.getTimerCount()).toBe(0)
  })
})
