/** One controller, a folder of specs and several emulated workspaces with the platform's delays, all in this process on one virtual clock. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { politeLimits } from '../../controller/databricks/client/limiter.ts'
import { createController } from '../../controller/loop/runner.ts'
import { type Emulator, startEmulator } from '../../emulator/server.ts'
import { adminToken } from '../../emulator/testing/client.ts'
import { idleAppHost } from '../../emulator/testing/idle-app-host.ts'
import { VirtualTime } from './virtual-time.ts'

const person = 'ada@example.com'

export interface Wanted {
  readonly name: string
  /** Number of its workspace, from 0. */
  readonly workspace: number
  readonly replicas: number
}

/** Files are read in the order of names. The controller is not started yet. */
export async function openManyWorkspaces(wanted: readonly Wanted[]) {
  const time = new VirtualTime()
  const folder = await mkdtemp(join(tmpdir(), 'workshop-many-'))
  const emulators: Emulator[] = []
  for (let started = 0; started <= Math.max(...wanted.map(({ workspace }) => workspace)); started += 1) {
    const users = [{ email: person, displayName: person }]
    const settings = { token: adminToken, users, appHost: idleAppHost(), profile: 'realistic', clock: time } as const
    emulators.push(await startEmulator(settings))
  }
  for (const name of ['specs', 'worker']) await mkdir(join(folder, name))
  await writeFile(join(folder, 'worker', 'app.yaml'), 'command: [node, server.js]\n')
  for (const each of wanted) await writeFile(join(folder, 'specs', `${each.name}.workshop.yaml`), specText(each))
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
  return {
    time,
    emulators,
    controller,
    [Symbol.asyncDispose]: async () => {
      await controller.stop()
      await Promise.all(emulators.map(({ close }) => close()))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function specText({ name, workspace, replicas }: Wanted): string {
  return `apiVersion: vibeworkshop.dev/v1alpha1
kind: Workshop
metadata: {name: ${name}}
spec:
  workspaceRef: {profile: w${workspace}}
  participants: {users: [${person}]}
  workers: {replicas: ${replicas}, namePrefix: ${name}}
`
}
