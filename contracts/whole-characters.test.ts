import headless from '@xterm/headless'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WholeCharacters } from './whole-characters.ts'

const piecesOf = fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.array(fc.nat(40))).map(([bytes, cuts]) => {
  const at = [0, ...cuts.filter((cut) => cut <= bytes.length).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
})

describe('a stream of characters', () => {
  it('comes out as it went in, whatever the bytes, but for an unfinished end', () => {
    fc.assert(
      fc.property(piecesOf, (pieces) => {
        const whole = new WholeCharacters()
        const out = Buffer.concat(pieces.map((piece) => whole.take(piece)))
        const all = Buffer.concat(pieces)
        expect(all.subarray(0, out.length)).toEqual(out)
        expect(all.length - out.length).toBeLessThan(4)
      }),
    )
  })

  it('shows every character in xterm.js wherever it is cut', async () => {
    const text = '• … — “q” é 漢 ▀ 🏡 𐀀'
    const bytes = Buffer.from(text)
    for (let cut = 1; cut < bytes.length; cut++) {
      const terminal = new headless.Terminal({ cols: 40, rows: 2, allowProposedApi: true })
      const whole = new WholeCharacters()
      terminal.write(whole.take(bytes.subarray(0, cut)))
      await new Promise<void>((resolve) => terminal.write(whole.take(bytes.subarray(cut)), resolve))
      expect(terminal.buffer.active.getLine(0)?.translateToString(true)).toBe(text)
      terminal.dispose()
    }
  })
})
