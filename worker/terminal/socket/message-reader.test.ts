import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxHeadBytes, writeHead } from './message-head.ts'
import { BrokenMessage, MessageReader } from './message-reader.ts'

const maxPayload = 70_000

interface Frame {
  readonly opcode: number
  readonly final: boolean
  readonly mask: Uint8Array
  readonly data: Uint8Array
}

/** One frame as a client sends it. */
function frameBytes({ opcode, final, mask, data }: Frame): Buffer {
  const head = Buffer.alloc(maxHeadBytes)
  const length = writeHead(head, opcode, data.length)
  head[0] = (final ? 0x80 : 0) | opcode
  head[1] = (head[1] ?? 0) | 0x80
  return Buffer.concat([head.subarray(0, length), mask, data.map((byte, i) => byte ^ (mask[i % 4] ?? 0))])
}

/** What is heard when `bytes` come in pieces that end at `cuts`. */
function heard(bytes: Uint8Array, cuts: readonly number[] = []): string[] {
  const words: string[] = []
  const text = (data: Buffer) => data.toString('latin1')
  const reader = new MessageReader(maxPayload, {
    message: (data, isBinary) => words.push(`${isBinary ? 'bytes' : 'text'} ${text(data)}`),
    ping: (data) => words.push(`ping ${text(data)}`),
    pong: () => words.push('pong'),
    close: (code) => words.push(`close ${code}`),
    isOver: () => words.at(-1)?.startsWith('close') ?? false,
  })
  const ends = [...cuts, bytes.length].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b)
  let from = 0
  try {
    for (const end of ends) {
      reader.read(Buffer.from(bytes.subarray(from, end)))
      from = end
    }
    reader.read(Buffer.from(bytes.subarray(from)))
  } catch (error) {
    if (!(error instanceof BrokenMessage)) throw error
    words.push(`broken ${error.closeCode}`)
  }
  return words
}

const mask = fc.uint8Array({ minLength: 4, maxLength: 4 })
const bytes = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' })
const single = fc.record({ opcode: fc.constantFrom(1, 2), final: fc.constant(true), mask, data: bytes(300) })
const large = fc.record({ opcode: fc.constant(2), final: fc.constant(true), mask, data: bytes(66_000) })
const control = fc.record({ opcode: fc.constantFrom(9, 10), final: fc.constant(true), mask, data: bytes(125) })
/** A message in pieces, with signs of life between. */
const pieces = fc
  .tuple(fc.constantFrom(1, 2), fc.array(fc.tuple(mask, bytes(200)), { minLength: 2, maxLength: 5 }), fc.array(control))
  .map(([opcode, parts, between]) =>
    parts.flatMap(([key, data], i): Frame[] => {
      const part = { opcode: i === 0 ? opcode : 0, final: i === parts.length - 1, mask: key, data }
      const beat = between[i]
      return i > 0 && beat !== undefined ? [beat, part] : [part]
    }),
  )
const conversation = fc
  .array(
    fc.oneof(
      single.map((one) => [one]),
      control.map((one) => [one]),
      { arbitrary: large.map((one) => [one]), weight: 1 },
      pieces,
    ),
    { maxLength: 6 },
  )
  .map((messages) => messages.flat())

/** The same, said simply. */
function said(frames: readonly Frame[]): string[] {
  const words: string[] = []
  let parts: Frame[] = []
  for (const frame of frames) {
    const text = Buffer.from(frame.data).toString('latin1')
    if (frame.opcode === 9) words.push(`ping ${text}`)
    else if (frame.opcode === 10) words.push('pong')
    else {
      parts.push(frame)
      if (!frame.final) continue
      const kind = parts[0]?.opcode === 2 ? 'bytes' : 'text'
      words.push(`${kind} ${parts.map(({ data }) => Buffer.from(data).toString('latin1')).join('')}`)
      parts = []
    }
  }
  return words
}

describe('a reader of messages', () => {
  it('hears what was said, however the network cuts it', () => {
    fc.assert(
      fc.property(conversation, fc.array(fc.nat(), { maxLength: 12 }), (frames, cuts) => {
        expect(heard(Buffer.concat(frames.map(frameBytes)), cuts)).toEqual(said(frames))
      }),
      { numRuns: 300 },
    )
  })

  it('hears it byte by byte', () => {
    fc.assert(
      fc.property(pieces, (frames) => {
        const all = Buffer.concat(frames.map(frameBytes))
        expect(heard(all, [...all.keys()])).toEqual(said(frames))
      }),
      { numRuns: 50 },
    )
  })

  it('is broken by noise or waits, and never fails otherwise', () => {
    fc.assert(
      fc.property(bytes(400), fc.array(fc.nat(), { maxLength: 5 }), (noise, cuts) => {
        expect(heard(noise, cuts)).toEqual(heard(noise))
      }),
      { numRuns: 2_000 },
    )
  })

  it.for([
    ['a frame without a mask', [0x82, 0x01, 0x41], 1002],
    ['a reserved bit', [0xc2, 0x80, 0, 0, 0, 0], 1002],
    ['opcode 3', [0x83, 0x80, 0, 0, 0, 0], 1002],
    ['opcode 11', [0x8b, 0x80, 0, 0, 0, 0], 1002],
    ['a ping in pieces', [0x09, 0x80, 0, 0, 0, 0], 1002],
    ['a ping of 126 bytes', [0x89, 0xfe, 0, 126, 0, 0, 0, 0], 1002],
    ['a piece of nothing', [0x80, 0x80, 0, 0, 0, 0], 1002],
    ['a message inside another', [0x02, 0x80, 0, 0, 0, 0, 0x82, 0x80, 0, 0, 0, 0], 1002],
    ['half a close code', [0x88, 0x81, 0, 0, 0, 0, 3], 1002],
    ['close code 1005, which nobody may send', [0x88, 0x82, 0, 0, 0, 0, 3, 0xed], 1002],
    ['a message of 2^63 bytes', [0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1009],
    ['a message of one byte too many', [0x82, 0xff, 0, 0, 0, 0, 0, 1, 0x11, 0x71, 0, 0, 0, 0], 1009],
    [
      'pieces of together too many',
      [0x02, 0x81, 0, 0, 0, 0, 7, 0x80, 0xff, 0, 0, 0, 0, 0, 1, 0x11, 0x70, 0, 0, 0, 0],
      1009,
    ],
  ] as const)('refuses %s', ([, frame, closeCode]) => {
    expect(heard(Uint8Array.from(frame))).toEqual([`broken ${closeCode}`])
  })

  it('hears nothing behind a close', () => {
    const close = { opcode: 8, final: true, mask: Buffer.alloc(4), data: Buffer.from([0x03, 0xe8]) }
    const more = { opcode: 2, final: true, mask: Buffer.alloc(4), data: Buffer.from('late') }
    expect(heard(Buffer.concat([close, more].map(frameBytes)))).toEqual(['close 1000'])
  })
})
