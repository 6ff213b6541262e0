import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { mayHappen } from './now-and-then.ts'

beforeEach(() => {
  vi.useFakeTimers()
  sessionStorage.clear()
})
afterEach(() => void vi.useRealTimers())

it('lets a thing happen once a minute, and others beside it', () => {
  expect([mayHappen('one'), mayHappen('one'), mayHappen('other')]).toEqual([true, false, true])
  vi.advanceTimersByTime(59_999)
  expect(mayHappen('one')).toBe(false)
  vi.advanceTimersByTime(1)
  expect(mayHappen('one')).toBe(true)
})
