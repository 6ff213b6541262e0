/**
 * A viewer that comes at any byte must see what one that never left sees: characters, styles, cursor, screen, modes,
 * and the same again after what follows. Real programs are looked at in test/contract/replay-recordings.test.ts.
 */
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { History } from './history.ts'
import { type HeadlessTerminal, openTerminal, parse, screenState } from './screen-state.ts'
import { Screens } from './screens.ts'

const [cols, rows] = [120, 40]
/** What coding agents print: synchronized repaints of a few lines below a growing text, now and then all of it. */
function agentStream(turns: number): Buffer {
  const parts = ['\u001b[?2004h\u001b[?25l\u001b[?1004h\u001b]0;✳ agent\u0007']
  for (let turn = 0; turn < turns; turn++) {
    const box = `\u001b[38;5;246m╭${'─'.repeat(60)}╮\u001b[39m`
    parts.push('\u001b[?2026h', '\u001b[2K\u001b[1A'.repeat(3), '\u001b[2K\u001b[G')
    parts.push(
      `\u001b[1m● turn ${turn}\u001b[22m wörk 漢字 🙂 \u001b[32m+added\u001b[39m\r\n`,
      box,
      '\r\n│ > ',
      `${turn}`.padEnd(59),
    )
    parts.push(
      '│\r\n',
      `\u001b[2m\u001b[48;2;${turn % 255};20;40m esc to interrupt \u001b[49m\u001b[22m`,
      '\u001b[?2026l',
    )
    if (turn % 60 === 59)
      parts.push('\u001b[?2026h\u001b[2J\u001b[3J\u001b[H', `line ${turn}\r\n`.repeat(70), '\u001b[?2026l')
  }
  return Buffer.from(parts.join(''))
}

const recordings: Readonly<Record<string, Buffer>> = {
  log: Buffer.from(Array.from({ length: 900 }, (_, i) => `\u001b[3${i % 8}m${i} compiled\u001b[0m ok\r\n`).join('')),
  agent: agentStream(150),
}
/** Longer than any ring: what a viewer that comes in the middle never sees the beginning of. */
const long = 600_000
const around = (begin: string, end: string) =>
  Buffer.from(`${'before\r\n'.repeat(60)}${begin}${'52;A'.repeat(long / 4)}${end}after\r\n${'more\r\n'.repeat(3_000)}`)
const strings: Readonly<Record<string, Buffer>> = {
  'an OSC 52 that ends with BEL': around('\u001b]52;c;', '\u0007'),
  'an OSC 52 that ends with ST': around('\u001b]52;c;', '\u001b\\'),
  'a DCS with BEL in it': around('\u001bPq\u0007', '\u001b\\'),
  'an APC that is given up': around('\u001b_G', '\u0018'),
}

/** Compares at `cuts` places; gives the parts that differ, by place. */
async function compare(recording: Buffer, ringBytes: number, cuts: number): Promise<string[]> {
  const screens = new Screens()
  const history = new History({ cols, rows }, screens, () => {}, ringBytes)
  const truth = openTerminal(cols, rows)
  const wrong: string[] = []
  let late: HeadlessTerminal | undefined
  const step = Math.ceil(recording.length / cuts)
  for (let at = 0; at < recording.length; at += step) {
    const piece = recording.subarray(at, at + step)
    for (let i = 0; i < piece.length; i += 4_096) {
      const batch = piece.subarray(i, i + 4_096)
      // As the native code judges: it sees no more than the batch.
      history.write(batch, !batch.includes(0x1b))
    }
    await parse(truth, piece)
    const expected = screenState(truth)
    const { bytes, offset, size } = await history.replay()
    const viewer = openTerminal(size.cols, size.rows)
    await parse(viewer, bytes)
    await parse(viewer, history.ring.read(offset, history.ring.end))
    if (late !== undefined) await parse(late, piece)
    for (const seen of [viewer, late]) {
      if (seen === undefined) continue
      const found = screenState(seen)
      const parts = Object.keys(expected).filter((key) => !isDeepStrictEqual(expected[key], found[key]))
      if (parts.length > 0) wrong.push(`${at + piece.length}: ${parts.join(' ')}`)
    }
    late?.dispose()
    late = viewer
  }
  history.close()
  return wrong
}

/** More than the ring holds. */
const log = ['a line of a log\r\n'.repeat(2_000), true] as const

describe('a screen that is replayed', () => {
  it.for(Object.entries(recordings))('is right at every cut of %s', async ([, recording]) => {
    expect(await compare(recording, 262_144, 4)).toEqual([])
    expect(await compare(recording, 16_384, 20)).toEqual([])
  })

  it.for(Object.entries(strings))('is right at every cut of %s, longer than the ring', async ([, recording]) => {
    expect(await compare(recording, 262_144, 7)).toEqual([])
    expect(await compare(recording, 16_384, 20)).toEqual([])
  })

  it('goes on inside a control string when the model was lost there', async () => {
    const died = { ...new Screens().open({ cols, rows }, () => {}), snapshot: () => Promise.reject(new Error('died')) }
    const screens = { open: () => died } as unknown as Screens
    const history = new History({ cols, rows }, screens, () => {}, 16_384)
    const writeAll = (text: string) => {
      for (let i = 0; i < text.length; i += 4_096) history.write(Buffer.from(text.slice(i, i + 4_096)), i > 0)
    }
    writeAll(`\u001b]52;c;${'A'.repeat(100_000)}`)
    await history.replay()
    writeAll('A'.repeat(1_000))
    const { bytes, offset } = await history.replay()
    writeAll('A\u0007after')
    const viewer = openTerminal(cols, rows)
    await parse(viewer, bytes)
    await parse(viewer, history.ring.read(offset, history.ring.end))
    died.close()
    expect(String(screenState(viewer)['rows'])).toMatch(/^after/)
  })

  it.each<readonly [where: string, batches: readonly (readonly [text: string, isPlain: boolean])[]]>([
    ['before', [['\u001b[5;5Hx', false], log]],
    ['between', [log, ['\u001b[5;5Hx', false], log]],
    ['in a sequence of two batches before', [log, ['x\u001b', false], ['[5;5Hx', true], log]],
    ['by a control of eight bits before', [['x\u009b5;5Hx', false], log]],
  ])('is born when output drew %s plain output', (_where, batches) => {
    let born = 0
    const open: Screens['open'] = (...given) => {
      born++
      return new Screens().open(...given)
    }
    const history = new History({ cols, rows }, { open } as Screens, () => {}, 16_384)
    for (const [text, isPlain] of batches) history.write(Buffer.from(text), isPlain)
    expect(born).toBe(1)
    history.close()
  })

  it('needs no screen model for plain output, however long', async () => {
    const none = { open: () => expect.fail('a model was built') } as unknown as Screens
    const history = new History({ cols, rows }, none, () => {}, 16_384)
    for (let i = 0; i < 20_000; i++) history.write(Buffer.from(`\u001b[32m${i}\u001b[0m compiled\r\n`))
    const { offset, bytes } = await history.replay()
    const viewer = openTerminal(cols, rows)
    await parse(viewer, bytes)
    await parse(viewer, history.ring.read(offset, history.ring.end))
    expect(screenState(viewer)['rows']).toContain('19999 compiled')
  })

  it('types nothing into the shell for questions of the past', async () => {
    const history = new History({ cols, rows }, new Screens(), () => {}, 16_384)
    for (let i = 0; i < 500; i++)
      history.write(Buffer.from('\u001b[c\u001b[6n\u001b[5;5Hx\u001b]11;?\u0007\u001b[>c drawn and asked'))
    const { bytes } = await history.replay()
    history.close()
    const viewer = openTerminal(cols, rows)
    const typed: string[] = []
    viewer.onData((data) => typed.push(data))
    await parse(viewer, bytes)
    expect(typed).toEqual([])
  })
})
