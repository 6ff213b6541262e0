/** Exactly once, both ways, whatever the network does: sums of long streams over hundreds of forced drops. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { randomFrom } from '../support/random.ts'
import { eventually, terminalRig, testViewer } from '../support/terminal-rig.ts'

const sha1 = (data: string | Buffer) => createHash('sha1').update(data).digest('hex')

describe('a terminal over a network that drops', () => {
  it('shows every byte of output once, cut at any byte of any frame', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => i + 1)
    const rig = await terminalRig('read go; seq 1 60000; read stay', { ringBytes: 4_194_304 })
    const random = randomFrom(7)
    let drops = 0
    rig.cutAfter(() => {
      drops += 1
      return 2_000 + Math.floor(random() * 8_000)
    })
    const viewer = testViewer(rig, { window: 4_096 })
    viewer.client.start()
    viewer.client.input('go\r')
    const expected = `go\r\n${lines.join('\r\n')}\r\n`
    await eventually('all output', () => viewer.bytes().length >= expected.length)
    viewer.client.close()
    await rig.close()
    expect(drops).toBeGreaterThan(100)
    expect(sha1(viewer.bytes())).toBe(sha1(expected))
  })

  it('types every byte of input once', async () => {
    const total = 300_000
    const rig = await terminalRig(`stty raw -echo; printf ready; head -c ${total} | sha1sum; read stay`)
    const viewer = testViewer(rig)
    viewer.client.start()
    await eventually('the program', () => viewer.text().includes('ready'))
    const random = randomFrom(11)
    const sent: string[] = []
    let length = 0
    let cuts = 0
    while (length < total) {
      const text = `${length}:`.padEnd(Math.min(total - length, 20 + Math.floor(random() * 2_000)), 'é').slice(0, 900)
      const piece = Buffer.from(text)
        .subarray(0, total - length)
        .toString('latin1')
        .replace(/[^ -~]/g, 'x')
      sent.push(piece)
      length += piece.length
      viewer.client.input(piece)
      if (random() < 0.7) {
        await eventually('a connection', () => viewer.client.state.name === 'live')
        await new Promise((resolve) => setTimeout(resolve, random() * 4))
        cuts += 1
        rig.cut()
      }
    }
    await eventually('the sum', () => viewer.text().includes('-'))
    viewer.client.close()
    await rig.close()
    expect(cuts).toBeGreaterThan(120)
    expect(viewer.text()).toContain(sha1(sent.join('')))
  })
})
