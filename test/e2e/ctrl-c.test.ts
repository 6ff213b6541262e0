/** Ctrl-C takes everything down: emulator, apps, agents, the walls around sessions, temporary folders. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { Participant } from '../support/participant.ts'
import { runningProcesses, withDescendants } from '../support/processes.ts'
import { startProduct } from '../support/product.ts'

/** Apps may take 15 s after SIGTERM, as the platform promises them; the rest is ours. */
const patienceS = 25

/** What the run takes for the machine's temporary folder, so that nobody else writes into it. */
const temporary = mkdtempSync(join(tmpdir(), 'workshop-ctrl-c-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

it('leaves no process and no folder when it is stopped with sessions open', async () => {
  const product = await startProduct('examples/first.workshop.yaml', [], 240_000, { TMPDIR: temporary })
  const ada = new Participant('ada@example.com')
  const worker = await ada.enter(product.workshopUrl)
  for (const agent of ['claude', 'shell'] as const) {
    const session = await ada.newSession(worker, { agent, cols: 100, rows: 30 })
    await (await ada.terminal(worker, session.id)).see(/❯/)
  }
  const before = runningProcesses()
  const family = withDescendants(
    before.filter(({ line }) => line.includes(product.folder)),
    before,
  )
  const lines = family.map(({ line }) => line).join('\n')
  for (const program of ['emulator/main.ts', 'server.js', 'bwrap', 'claude', '/bin/bash'])
    expect(lines, program).toContain(program)
  expect(readdirSync(temporary).length).toBeGreaterThan(0)

  const stoppedAt = performance.now()
  const code = await product.stop()
  expect((performance.now() - stoppedAt) / 1000).toBeLessThan(patienceS)
  // Ended on request is success; npm says 130 where its shell was still there to be interrupted too.
  expect([0, 130], product.output()).toContain(code)
  expect(product.output()).toMatch(/No process .* is left/)
  const names = new Set(family.map(({ pid, startedAt }) => `${pid} ${startedAt}`))
  const { host } = new URL(product.emulatorUrl)
  const left = runningProcesses().filter(
    ({ pid, startedAt, environment }) => names.has(`${pid} ${startedAt}`) || environment.includes(host),
  )
  expect(left.map(({ line }) => line)).toEqual([])
  // npm keeps its compiled self there.
  expect(readdirSync(temporary).filter((name) => name !== 'node-compile-cache')).toEqual([])
})
