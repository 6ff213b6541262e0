import { execFile } from 'node:child_process'
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, it } from 'vitest'
import { type BenchFleet, condition, key, quick, specText, startBenchFleet, until } from '../../support/bench-fleet.ts'
import { repository } from '../../support/product.ts'

let fleet: BenchFleet
afterEach(() => fleet.close())

const crowd = Array.from({ length: 10_000 }, (_, index) => `person-${index}@example.com`)
/** Comes after all others in the order of seating. */
const late = 'zoe@example.com'
/** As many as a workspace has room for beside the hub, and as many seats as one may have: a hundred people find none. */
const workers = 99
const seats = 9_900

it('takes ten thousand people from a file, and one more for at most three writes', { timeout: 240_000 }, async () => {
  const users = [...crowd, late].map((email) => ({ email, displayName: email }))
  fleet = await startBenchFleet('', { users })
  const roster = join(fleet.folder, 'specs', 'roster.csv')
  await writeFile(roster, `email\n${crowd.join('\n')}\n`)
  const more = `    sessionsPerWorker: 100\n  sessions: {perUser: 1}`
  await fleet.write(
    specText({ replicas: workers, workers: more }).replace(/users: .*/, 'usersFrom: [{file: roster.csv}]'),
  )
  const controller = await fleet.start({ ...quick, pace: { ...quick.pace, driftMs: 600_000 } })
  const view = () => controller.view(key)
  const hasPeople = (count: number) => {
    const { summary, workers: fleet } = view()?.status ?? {}
    const isServed = fleet?.ready === workers && condition(view(), 'AccessSynced')?.status === 'True'
    return isServed && summary?.participants === String(count)
  }
  await until('ten thousand people', () => hasPeople(10_000), Boolean, 180_000)

  expect(condition(view(), 'Ready')?.message).toContain(`${10_000 - seats} people have no seat`)
  expect(Buffer.byteLength(JSON.stringify(view()?.status))).toBeLessThan(32_768)
  const grants = fleet.writes().filter((call) => call.includes('/permissions/apps/'))
  // One call for each app, whatever the size of its roster; some may be asked for again.
  expect(grants.length).toBeLessThanOrEqual(3 * (workers + 1))

  const before = process.cpuUsage()
  const lookedAt = view()?.lookedAt ?? 0
  controller.reconcileNow(key, false)
  await until('a look', () => (view()?.lookedAt ?? 0) > lookedAt, Boolean, 60_000)
  const { user, system } = process.cpuUsage(before)
  // The emulator's work is in it.
  expect((user + system) / 1e6).toBeLessThan(2)

  const from = fleet.requests()
  await appendFile(roster, `${late}\n`)
  await until('one more', () => hasPeople(10_001), Boolean, 60_000)
  expect(fleet.writes(from).length).toBeLessThanOrEqual(3)
  expect(fleet.writes(from).length).toBeGreaterThan(0)
})

it('refuses more than two thousand people in the spec itself and says where they belong', async () => {
  fleet = await startBenchFleet(specText({ users: crowd.slice(0, 2_001) }))
  const args = ['controller/cli/main.ts', 'validate', '-f', join(fleet.folder, 'specs', 'first.workshop.yaml')]
  const run = promisify(execFile)(process.execPath, args, { cwd: repository })
  const { code, stdout } = await run.then(
    () => ({ code: 0, stdout: '' }),
    (error: { code: number; stdout: string }) => error,
  )
  expect(code).toBe(2)
  expect(stdout).toMatch(/spec\.participants\.users.*people are named one by one.*at most 1000/s)
  expect(stdout).toContain('usersFrom')
})
