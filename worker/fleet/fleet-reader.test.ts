import { WorkshopError } from '@workshop/contracts/errors'
import { describe, expect, it } from 'vitest'
import { aFleet } from './fleet.fixture.ts'
import { parseFleetFile } from './fleet-document.ts'
import { fleetReader } from './fleet-reader.ts'

const text = (version: number) => JSON.stringify(aFleet({ version }))

/** A reader over a list of answers; each read takes the next one, the last stays. */
function readerOver(answers: readonly (string | Error)[]) {
  const log = { reads: 0, versions: [] as number[], errors: 0 }
  let clock = 0
  const reader = fleetReader({
    now: () => clock,
    read: async () => {
      const answer = answers[Math.min(log.reads++, answers.length - 1)] ?? ''
      if (answer instanceof Error) throw answer
      return answer
    },
    onChange: ({ version }) => log.versions.push(version),
    onError: () => log.errors++,
  })
  return {
    log,
    reader,
    pass: (ms: number) => {
      clock += ms
    },
  }
}

describe('keeping the fleet file', () => {
  it.for([
    ['takes a newer file', [text(1), text(2)], 2, [1, 2]],
    ['keeps the last good file when a read fails', [text(1), new Error('down')], 1, [1]],
    ['keeps the last good file when the text is cut off', [text(1), text(2).slice(0, 200)], 1, [1]],
    ['does not take an older file that is read once', [text(5), text(4), text(5)], 5, [5]],
    ['takes an older file that stays', [text(5), text(1), text(1), text(1)], 1, [5, 1]],
  ] as const)('%s', async ([, answers, version, seen]) => {
    const { log, reader } = readerOver(answers)
    for (const _ of answers) await reader.reload()
    expect(reader.current()?.version).toBe(version)
    expect(log.versions).toEqual(seen)
  })

  it('reads again for a redirect from a later roster, and not for an earlier one', async () => {
    const { log, reader, pass } = readerOver([text(3), text(4)])
    await reader.reload()
    await reader.atLeast(3)
    expect(log.reads).toBe(1)
    pass(2_000)
    await reader.atLeast(4)
    expect(reader.current()?.version).toBe(4)
  })

  it('is not driven by redirects to read more often than once a second', async () => {
    const { log, reader, pass } = readerOver([text(3)])
    await reader.reload()
    for (let version = 100; version < 150; version++) await reader.atLeast(version)
    expect(log.reads).toBe(1)
    pass(1_000)
    await reader.atLeast(200)
    expect(log.reads).toBe(2)
  })

  it('shares one read among callers and begins a new one for a nudge that comes during it', async () => {
    const { log, reader } = readerOver([text(1), text(2)])
    await Promise.all([reader.reload(), reader.reload(), reader.reload()])
    expect(log.reads).toBe(2)
    expect(reader.current()?.version).toBe(2)
  })
})

describe('reading the document', () => {
  it('brings addresses to one spelling', () => {
    const fleet = parseFleetFile(JSON.stringify(aFleet({ participants: [' Ada@Example.com'] })))
    expect(fleet.participants).toEqual(['ada@example.com'])
  })

  it.for([
    ['another format', { ...aFleet(), format: 2 }],
    ['no version', { ...aFleet(), version: undefined }],
    ['a worker without url', { ...aFleet(), workers: [{ name: 'w', ready: true, cordoned: false }] }],
    ['a roster of numbers', { ...aFleet(), participants: [1] }],
    ['no session rules', { ...aFleet(), sessions: {} }],
    ['a list', []],
  ] as const)('refuses %s', ([, document]) => {
    expect(() => parseFleetFile(JSON.stringify(document))).toThrow(WorkshopError)
  })
})
