import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DrawingChoice } from './drawing-choice.ts'

describe('the choice of what draws', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const start = (made: Promise<void>) => {
    const choice = new DrawingChoice()
    const fit = vi.fn(() => expect(choice.isOpen).toBe(false))
    const over = choice.wait(made, fit)
    return { choice, fit, over }
  }

  it('holds sizes back until it is made, and fits once', async () => {
    let make: () => void = () => {}
    const { choice, fit, over } = start(
      new Promise((resolve) => {
        make = resolve
      }),
    )
    await vi.advanceTimersByTimeAsync(499)
    expect([choice.isOpen, fit.mock.calls.length]).toEqual([true, 0])
    make()
    await over
    await vi.advanceTimersByTimeAsync(10_000)
    expect([choice.isOpen, fit.mock.calls.length]).toEqual([false, 1])
  })

  it('waits half a second for a slow one, and fits again when it comes', async () => {
    const { choice, fit } = start(new Promise((resolve) => setTimeout(resolve, 3_000)))
    await vi.advanceTimersByTimeAsync(500)
    expect([choice.isOpen, fit.mock.calls.length]).toEqual([false, 1])
    await vi.advanceTimersByTimeAsync(2_500)
    expect(fit).toHaveBeenCalledTimes(2)
  })

  it('fits where it fails', async () => {
    const { choice, fit, over } = start(Promise.reject(new Error('offline')))
    await over
    expect([choice.isOpen, fit.mock.calls.length]).toEqual([false, 1])
  })

  it('stays open for the later of two', async () => {
    const choice = new DrawingChoice()
    const first = choice.wait(Promise.resolve(), () => {})
    const fit = vi.fn()
    void choice.wait(new Promise(() => {}), fit)
    await first
    expect(choice.isOpen).toBe(true)
    await vi.advanceTimersByTimeAsync(500)
    expect([choice.isOpen, fit.mock.calls.length]).toEqual([false, 1])
  })
})
