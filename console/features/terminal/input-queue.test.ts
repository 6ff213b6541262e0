import { describe, expect, it } from 'vitest'
import { InputQueue, maxQueuedInput } from './input-queue.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const said = (queue: InputQueue) => {
  const list: [number, string][] = []
  for (let piece = queue.next(); piece !== undefined; piece = queue.next()) {
    list.push([piece.inSeq, new TextDecoder().decode(piece.data)])
  }
  return list
}

describe('typing that waits', () => {
  it('goes out numbered, and once', () => {
    const queue = new InputQueue()
    queue.push(bytes('ab'))
    expect(said(queue)).toEqual([[0, 'ab']])
    queue.push(bytes('c'))
    expect(said(queue)).toEqual([[2, 'c']])
    expect(said(queue)).toEqual([])
  })

  it('goes again from where the server left off', () => {
    const queue = new InputQueue()
    queue.push(bytes('abc'))
    queue.push(bytes('def'))
    said(queue)
    queue.acknowledge(1)
    expect(queue.base).toBe(1)
    queue.resume(4)
    expect(said(queue)).toEqual([[4, 'ef']])
  })

  it('stays within the window until it is acknowledged', () => {
    const queue = new InputQueue()
    queue.push(new Uint8Array(100_000))
    const first = said(queue).reduce((sum, [, text]) => sum + text.length, 0)
    expect(first).toBe(65_536)
    queue.acknowledge(65_536)
    expect(said(queue).reduce((sum, [, text]) => sum + text.length, 0)).toBe(34_464)
  })

  it('is thrown away for a new program, and numbered anew', () => {
    const queue = new InputQueue()
    queue.push(bytes('old'))
    expect(queue.restart(0)).toBe(3)
    queue.push(bytes('new'))
    expect(said(queue)).toEqual([[0, 'new']])
  })

  it('can be dropped as far as it was not sent', () => {
    const queue = new InputQueue()
    queue.push(new Uint8Array(70_000))
    said(queue)
    queue.dropUnsent()
    expect(queue.pending).toBe(65_536)
    queue.acknowledge(65_536)
    queue.push(bytes('x'))
    expect(said(queue)).toEqual([[65_536, 'x']])
  })

  it('is refused whole when there is no room', () => {
    const queue = new InputQueue()
    expect(queue.push(new Uint8Array(maxQueuedInput))).toBe(true)
    expect(queue.push(bytes('x'))).toBe(false)
  })
})
