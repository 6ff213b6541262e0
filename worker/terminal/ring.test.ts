import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteRing } from './ring.ts'

describe('the ring', () => {
  it('holds the last bytes at their offsets, whatever the pieces', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 40 })
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 64 }), (list, capacity) => {
        const ring = new ByteRing(capacity)
        for (const piece of list) ring.write(piece)
        const all = Buffer.concat(list)
        expect(ring.end).toBe(all.length)
        expect(ring.oldest).toBe(Math.max(0, all.length - capacity))
        expect(ring.read(ring.oldest, ring.end)).toEqual(all.subarray(ring.oldest))
        const middle = Math.floor((ring.oldest + ring.end) / 2)
        expect(ring.read(middle, ring.end)).toEqual(all.subarray(middle))
      }),
    )
  })

  it('grows to its full size without losing a byte', () => {
    const ring = new ByteRing(65_536)
    const bytes = Buffer.from(Array.from({ length: 65_536 }, (_, i) => i % 251))
    for (let at = 0; at < bytes.length; at += 3_000) ring.write(bytes.subarray(at, at + 3_000))
    expect(ring.read(0, ring.end)).toEqual(bytes)
  })

  it('gives nothing that it does not have', () => {
    const ring = new ByteRing(8)
    ring.write(Buffer.from('0123456789'))
    expect(() => ring.read(1, 5)).toThrow(RangeError)
    expect(() => ring.read(5, 11)).toThrow(RangeError)
  })
})
