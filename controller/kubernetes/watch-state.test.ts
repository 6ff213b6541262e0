import { describe, expect, it } from 'vitest'
import { checkOf, type WatchState, watchedKind, watchStateOf } from './watch-state.ts'

describe('a watch', () => {
  const unreadyMs = 30_000
  it.each<[string, boolean, number, number | undefined, WatchState, boolean?]>([
    ['is open while nothing is missed, however quiet it is', false, 45_000, undefined, 'open'],
    ['is open although an earlier try was refused', false, 0, 403, 'open'],
    ['is reconnecting right after it broke', true, 1_000, undefined, 'reconnecting'],
    ['is reconnecting while the server is ill for a moment', true, 29_999, 500, 'reconnecting'],
    ['is lost once nothing was heard for too long', true, 30_001, undefined, 'lost'],
    ['is lost when the server is ill for too long', true, 30_001, 500, 'lost'],
    ['is lost when the credentials do not count any more', true, 30_001, 401, 'lost'],
    ['is refused from the first 403 on', true, 0, 403, 'refused'],
    ['is refused however long ago the 403 was', true, 900_000, 403, 'refused'],
    ['is refused where the cluster has no such kind', true, 900_000, 404, 'refused'],
    ['of what is needed is reconnecting after a 403', true, 1_000, 403, 'reconnecting', true],
    ['of what is needed is lost when the 403 stays', true, 30_001, 403, 'lost', true],
  ])('%s', (_says, isBlind, unheardMs, failedWith, state, isNeeded = false) => {
    expect(watchStateOf({ isBlind, unheardMs, failedWith, isNeeded }, unreadyMs)).toBe(state)
  })
})

describe('a watched kind', () => {
  it.each<[string, readonly WatchState[], boolean, string]>([
    ['is ready without a watch', [], true, ''],
    ['is ready while all are open', ['open', 'open'], true, ''],
    ['is ready while one is reconnecting', ['open', 'reconnecting'], true, ''],
    ['is not ready when one of many is lost', ['open', 'lost', 'open'], false, '1 of 3 watches lost'],
    ['is ready when one may not be read, and says so', ['open', 'refused'], true, '1 of 2 watches refused'],
    ['names both troubles', ['lost', 'refused', 'refused'], false, '1 of 3 watches lost, 2 of 3 watches refused'],
  ])('%s', (_says, states, ok, message) => {
    const note = ok && message !== '' ? { note: message } : {}
    expect(checkOf(watchedKind('secrets', states))).toEqual({ name: 'watch-secrets', ok, message, ...note })
  })
})
