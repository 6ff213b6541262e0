/** A controller in front of an emulator in this process, with apps that run nowhere: for acceptance tests of what the loop does to the platform. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WorkshopView } from '@workshop/contracts/fleet-api'
import type { Controller } from '../../controller/loop/controller.ts'
import type { OnceOptions } from '../../controller/loop/options.ts'
import { createController } from '../../controller/loop/runner.ts'
import type { Tuning } from '../../controller/loop/tuning.ts'
import type { EmulatorOptions } from '../../emulator/server.ts'
import { adminToken, type Bench, startBench } from '../../emulator/testing/client.ts'

export const people = ['ada', 'grace', 'katherine', 'edsger', 'barbara', 'alan'].map((name) => `${name}@example.com`)

/** Fast enough for tests, otherwise the loop as it is. */
export const quick: Tuning = {
  pace: { pollMs: 25, driftMs: 100, probeMs: 60_000 },
  patience: { firstMs: 50, maxMs: 1_000 },
  sourcePollMs: 20,
}

export interface SpecChange {
  readonly replicas?: number
  readonly users?: readonly string[]
  /** More lines under `spec:`, indented by two. */
  readonly more?: string
  readonly workers?: string
}

export function specText({
  replicas = 2,
  users = people.slice(0, 4),
  more = '',
  workers = '',
}: SpecChange = {}): string {
  return `apiVersion: vibeworkshop.dev/v1alpha1
kind: Workshop
metadata: {name: first}
spec:
  participants:
    users: [${users.join(', ')}]
  workers:
    replicas: ${replicas}
    namePrefix: vibe
    rollout: {drainTimeout: 0s}
${workers}
${more}
`
}

export interface BenchFleet {
  readonly bench: Bench
  readonly folder: string
  readonly options: OnceOptions
  readonly write: (text: string) => Promise<void>
  /** Another file of the packaged worker: a new bundle hash. */
  readonly changeBundle: (text: string) => Promise<void>
  readonly start: (tuning?: Tuning) => Promise<Controller>
  /** Names of the apps of the workspace. */
  readonly apps: () => Promise<readonly string[]>
  /** Writes of the controller that the emulator saw, as `METHOD path`, from the given one on. */
  readonly writes: (from?: number) => readonly string[]
  readonly requests: () => number
  readonly close: () => Promise<void>
}

export async function startBenchFleet(spec = specText(), options: Partial<EmulatorOptions> = {}): Promise<BenchFleet> {
  const folder = await mkdtemp(join(tmpdir(), 'workshop-acceptance-'))
  const users = people.map((email) => ({ email, displayName: email }))
  const bench = await startBench({ users, ...options })
  const specFile = join(folder, 'specs', 'first.workshop.yaml')
  const workerBundle = join(folder, 'worker')
  await mkdir(join(folder, 'specs'))
  await mkdir(join(workerBundle, 'skills'), { recursive: true })
  await writeFile(join(workerBundle, 'app.yaml'), 'command: [node, server.js]\n')
  await writeFile(join(workerBundle, 'server.js'), 'one\n')
  await writeFile(join(workerBundle, 'skills', 'one.md'), '# one\n')
  await writeFile(specFile, spec)
  const controllers: Controller[] = []
  const loop: OnceOptions = {
    controllerId: 'default',
    stateDir: join(folder, 'state'),
    env: {},
    login: { host: bench.emulator.url, credentials: { kind: 'pat', token: adminToken } },
    workerBundle,
    now: Date.now,
    log: () => undefined,
    specFile,
  }
  const recorded = () => bench.emulator.recorder.all()
  return {
    bench,
    folder,
    options: loop,
    write: (text) => writeFile(specFile, text),
    changeBundle: (text) => writeFile(join(workerBundle, 'server.js'), text),
    start: async (tuning = quick) => {
      const controller = createController(
        { ...loop, sources: [`dir:${join(folder, 'specs')}`], intervalMs: 100 },
        tuning,
      )
      controllers.push(controller)
      await controller.start()
      return controller
    },
    apps: async () => {
      const { json } = await bench.get('/api/2.0/apps?page_size=100')
      return ((json.apps ?? []) as { name: string }[]).map(({ name }) => name).sort()
    },
    writes: (from = 0) =>
      recorded()
        .slice(from)
        .filter(({ method }) => method !== 'GET')
        .map(({ method, path }) => `${method} ${path}`),
    requests: () => recorded().length,
    close: async () => {
      await Promise.all(controllers.map((controller) => controller.stop()))
      await bench.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export const key = 'default/first'

/** Waits for what a person would wait for; throws with what was seen last. */
export async function until<T>(
  what: string,
  read: () => T | Promise<T>,
  done: (value: T) => boolean,
  ms = 10_000,
): Promise<T> {
  const deadline = Date.now() + ms
  for (;;) {
    const value = await read()
    if (done(value)) return value
    if (Date.now() > deadline) throw new Error(`${what} did not come: ${JSON.stringify(value)?.slice(0, 3_000)}`)
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
}

export function condition(view: WorkshopView | undefined, type: string) {
  return view?.conditions.find((each) => each.type === type)
}

/** Ready at its newest generation, with nothing left to do. */
export function isReady(view: WorkshopView | undefined): boolean {
  const ready = condition(view, 'Ready')
  return ready?.status === 'True' && ready.observedGeneration === view?.generation
}

/** Waits until the Workshop is Ready. */
export function ready(controller: Controller): Promise<WorkshopView | undefined> {
  return until('Ready', () => controller.view(key), isReady)
}

/** Waits until the controller has looked a few times more without finding anything to do. */
export async function looksAgain(controller: Controller, times = 3): Promise<void> {
  let last = controller.view(key)?.lookedAt ?? 0
  for (let seen = 0; seen < times; seen += 1) {
    const before = last
    const view = await until(
      'another look',
      () => controller.view(key),
      (now) => (now?.lookedAt ?? 0) > before,
    )
    last = view?.lookedAt ?? 0
  }
}
