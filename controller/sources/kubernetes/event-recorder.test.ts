import { describe, expect, it } from 'vitest'
import type { KubeApi, KubeCall } from '../../kubernetes/api.ts'
import { EventRecorder } from './event-recorder.ts'
import type { WorkshopObject } from './resolve.ts'

/** An API that remembers what it was sent; with `isSilent` it answers only to an abort. */
function fakeApi() {
  const fake = { calls: [] as KubeCall[], isSilent: false, isRefusing: false }
  const json = (call: KubeCall, signal?: AbortSignal) => {
    fake.calls.push(call)
    if (fake.isRefusing) return Promise.reject(new Error('forbidden'))
    if (!fake.isSilent) return Promise.resolve({})
    return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
  }
  return { fake, recorder: new EventRecorder({ json } as unknown as KubeApi, 'here') }
}

const object = { metadata: { name: 'day', namespace: 'default', uid: 'one', resourceVersion: '1' } } as WorkshopObject
const start = Date.UTC(2026, 0, 1)
const entry = (text: string, at = start) => ({ at, who: 'controller', level: 'info', reason: 'Noted', text }) as const

describe('events', () => {
  it('are counted on one event while they repeat', async () => {
    const { fake, recorder } = fakeApi()
    for (let count = 0; count < 4; count += 1) recorder.record(object, entry('again', start + count * 1_000))
    await recorder.close()
    expect(fake.calls.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'PATCH', 'PATCH'])
    expect(fake.calls.at(-1)?.body).toMatchObject({ series: { count: 4 } })
  })

  it('start anew when the last one is old', async () => {
    const { fake, recorder } = fakeApi()
    recorder.record(object, entry('again'))
    recorder.record(object, entry('again', start + 700_000))
    await recorder.close()
    expect(fake.calls.map(({ method }) => method)).toEqual(['POST', 'POST'])
  })

  it('of a chatty Workshop are cut short, and nobody else is', async () => {
    const { fake, recorder } = fakeApi()
    for (let count = 0; count < 60; count += 1) recorder.record(object, entry(`text ${count}`))
    recorder.record({ ...object, metadata: { ...object.metadata, name: 'calm', uid: 'two' } }, entry('one word'))
    await recorder.close()
    expect(fake.calls).toHaveLength(26)
    expect(JSON.stringify(fake.calls.at(-1)?.body)).toContain('one word')
  })

  it('are lost when nobody takes them, and nobody waits', async () => {
    const { fake, recorder } = fakeApi()
    fake.isSilent = true
    for (let each = 0; each < 10; each += 1) {
      const metadata = { ...object.metadata, uid: `uid-${each}` }
      for (let count = 0; count < 20; count += 1) recorder.record({ ...object, metadata }, entry(`text ${count}`))
    }
    const at = performance.now()
    await recorder.close(50)
    expect(performance.now() - at).toBeLessThan(2_000)
    expect(fake.calls).toHaveLength(1)
  })

  it('that are refused do no harm to the next', async () => {
    const { fake, recorder } = fakeApi()
    fake.isRefusing = true
    recorder.record(object, entry('lost'))
    await new Promise((resolve) => setImmediate(resolve))
    fake.isRefusing = false
    recorder.record(object, entry('told'))
    await recorder.close()
    expect(fake.calls).toHaveLength(2)
  })
})
