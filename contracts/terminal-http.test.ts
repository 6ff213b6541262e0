import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joinFrames, splitFrames } from './terminal-http.ts'
import { TerminalProtocolError, terminalLimits } from './terminal-protocol.ts'

const frames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 80 }), { maxLength: 8 })

describe('frames in one body', () => {
  it('come out as they went in', () => {
    fc.assert(fc.property(frames, (list) => void expect(splitFrames(joinFrames(list))).toEqual(list)))
  })

  it('are refused when the body was cut, unless between two frames', () => {
    fc.assert(
      fc.property(frames, fc.nat(700), (list, length) => {
        const body = joinFrames(list)
        const borders = list.map((_, i) => joinFrames(list.slice(0, i)).length)
        const cut = body.subarray(0, length)
        if (length >= body.length || borders.includes(length)) expect(joinFrames(splitFrames(cut))).toEqual(cut)
        else expect(() => splitFrames(cut)).toThrow(TerminalProtocolError)
      }),
    )
  })

  it('are refused when one is empty or longer than any frame', () => {
    for (const length of [0, terminalLimits.maxFrame + 1]) {
      const body = new Uint8Array(4 + length)
      new DataView(body.buffer).setUint32(0, length)
      expect(() => splitFrames(body)).toThrow(TerminalProtocolError)
    }
  })
})
