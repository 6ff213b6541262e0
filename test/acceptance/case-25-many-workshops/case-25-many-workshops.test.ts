import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { politeLimits } from '../../../controller/databricks/client/limiter.ts'
import { createController } from '../../../controller/loop/runner.ts'
import { type Emulator, startEmulator } from '../../../emulator/server.ts'
import { adminToken } from '../../../emulator/testing/client.ts'
import { idleAppHost } from '../../../emulator/testing/idle-app-host.ts'
import { isReady } from '../../support/bench-fleet.ts'
import { VirtualTime } from '../../support/virtual-time.ts'

const workshops = 50
const workers = 20
/** A workspace has at most 100 apps: four fleets of 21. */
const perWorkspace = 4
const workspaceOf = (workshop: number) => Math.floor(workshop / perWorkspace)
const person = 'ada@example.com'

const specText = (name: string, workspace: number, replicas: number) => `apiVersion: vibeworkshop.dev/v1alpha1
kind: Workshop
metadata: {name: ${name}}
spec:
  workspaceRef: {profile: w${workspace}}
  participants: {users: [${person}]}
  workers: {replicas: ${replicas}, namePrefix: ${name}}
`

it('gets fifty Workshops of twenty workers and a fifty-first ready at once, no faster than allowed', {
  timeout: 600_000,
}, async () => {
  const time = new VirtualTime()
  const folder = await mkdtemp(join(tmpdir(), 'workshop-many-'))
  const emulators: Emulator[] = []
  for (let started = 0; started <= workspaceOf(workshops - 1); started += 1) {
    const users = [{ email: person, displayName: person }]
    emulators.push(
      await startEmulator({ token: adminToken, users, appHost: idleAppHost(), profile: 'realistic', clock: time }),
    )
  }
  for (const name of ['specs', 'worker']) await mkdir(join(folder, name))
  await writeFile(join(folder, 'worker', 'app.yaml'), 'command: [node, server.js]\n')
  for (let number = 0; number < workshops; number += 1) {
    await writeFile(
      join(folder, 'specs', `w${number}.workshop.yaml`),
      specText(`w${number}`, workspaceOf(number), workers),
    )
  }
  // In the workspace of four others, and last in the folder.
  await writeFile(join(folder, 'specs', 'z.workshop.yaml'), specText('z', 0, 1))
  const controller = createController(
    {
      controllerId: 'default',
      stateDir: join(folder, 'state'),
      env: {},
      profileFile: emulators.map(({ url }, index) => `[w${index}]\nhost = ${url}\ntoken = ${adminToken}\n`).join(''),
      workerBundle: join(folder, 'worker'),
      now: time.now,
      log: () => undefined,
      sources: [`dir:${join(folder, 'specs')}`],
    },
    { clock: time, fetch: time.fetch, limits: politeLimits },
  )
  try {
    const startedAt = time.now()
    await controller.start()
    const seconds = () => (time.now() - startedAt) / 1_000
    const readyAfterS = new Map<string, number>()
    while (readyAfterS.size < workshops + 1) {
      await time.pass(1_000)
      for (const view of controller.views())
        if (isReady(view) && !readyAfterS.has(view.name)) readyAfterS.set(view.name, seconds())
      expect(seconds()).toBeLessThan(1_800)
    }
    const fiftyFirst = readyAfterS.get('z') ?? Number.NaN
    readyAfterS.delete('z')
    // It came last, to a workspace whose bucket four large fleets had drawn on before it.
    expect(fiftyFirst).toBeLessThanOrEqual(1.1 * Math.max(...readyAfterS.values()))
    for (const { recorder } of emulators) {
      expect(
        mostWithin(
          recorder.all().map(({ at }) => at),
          10_000,
        ),
      ).toBeLessThanOrEqual(
        // A full bucket besides what flows in.
        politeLimits.requestsPerSecond * 11,
      )
    }
  } finally {
    await controller.stop()
    await Promise.all(emulators.map(({ close }) => close()))
    await rm(folder, { recursive: true, force: true })
  }
})

/** Most of these times within any window, ms. */
function mostWithin(times: readonly number[], windowMs: number): number {
  let from = 0
  return times.reduce((most, at, index) => {
    while ((times[from] ?? at) <= at - windowMs) from += 1
    return Math.max(most, index - from + 1)
  }, 0)
}
