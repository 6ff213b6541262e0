import { describe, expect, it } from 'vitest'
import { detectIsolation } from './detect.ts'
import { openIsolation } from './open.ts'
import { expected, selfTest } from './self-test.ts'

const possible = (rows: Awaited<ReturnType<typeof selfTest>>) =>
  rows.filter(({ succeeded }) => succeeded).map(({ attempt }) => attempt)

describe('what one session can do to the worker and to another session', () => {
  it('at the level that this machine offers is what the level promises', async () => {
    const isolation = await detectIsolation()
    expect(possible(await selfTest(isolation))).toEqual(expected[isolation.report.level])
  })

  it('without walls is everything, so the attempts themselves work', async () => {
    expect(possible(await selfTest(openIsolation('asked for')))).toEqual(expected.open)
  })
})

describe('detection', () => {
  it('names a missing bubblewrap', async () => {
    const { report } = await detectIsolation({ programs: ['/nonexistent/bwrap'] })
    expect(report).toEqual({ level: 'open', message: 'bubblewrap (bwrap) is not installed on this worker' })
  })

  it('does not take a program that starts but builds no walls', async () => {
    const { report } = await detectIsolation({ programs: ['/usr/bin/true'] })
    expect(report.level).toBe('open')
    expect(report.message).toContain('bubblewrap')
  })
})
