import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { freePort, portRange } from './ports.ts'

const below = 0.999_999

describe('a free port', () => {
  it('is none that an outgoing connection or a Service can get meanwhile', async () => {
    expect(portRange.last).toBeLessThan(30_000)
    for (const at of [0, 0.5, below]) {
      const port = await freePort(new Set(), () => at)
      expect(port).toBeGreaterThanOrEqual(portRange.first)
      expect(port).toBeLessThanOrEqual(portRange.last)
    }
  })

  it('is not one that is taken, or that somebody listens on', async () => {
    const middle = () => 0.5
    const first = await freePort(new Set(), middle)
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(first, '127.0.0.1', resolve))
    const second = await freePort(new Set(), middle)
    const third = await freePort(new Set([second]), middle)
    await new Promise((resolve) => server.close(resolve))
    expect(new Set([first, second, third]).size).toBe(3)
  })

  it("goes on at the range's start", async () => {
    const last = await freePort(new Set(), () => below)
    expect(await freePort(new Set([last]), () => below)).toBeLessThan(last)
  })

  it('is missing when all are taken', async () => {
    const { first, last } = portRange
    const all = new Set(Array.from({ length: last - first + 1 }, (_, i) => first + i))
    await expect(freePort(all)).rejects.toThrow(`no port from ${first} to ${last} is free`)
  })
})
