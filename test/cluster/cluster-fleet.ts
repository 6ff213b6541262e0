/** Controllers in this process, a real API server in front of them and an emulated workspace behind. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Controller } from '../../controller/loop/controller.ts'
import type { ClusterOptions } from '../../controller/loop/options.ts'
import { createController } from '../../controller/loop/runner.ts'
import type { Tuning } from '../../controller/loop/tuning.ts'
import { adminToken, type Bench, startBench } from '../../emulator/testing/client.ts'
import { people } from '../support/bench-fleet.ts'
import type { ControlPlane } from './control-plane.ts'

export const quickInCluster: Tuning = {
  pace: { pollMs: 50, driftMs: 1_000, probeMs: 60_000 },
  patience: { firstMs: 100, maxMs: 1_000 },
  watchPace: { backoffMs: [100, 1_000] },
}

export interface ClusterFleet {
  readonly bench: Bench
  readonly folder: string
  /** What was logged, newest last. */
  readonly logged: string[]
  readonly start: (cluster?: ClusterOptions, tuning?: Tuning) => Promise<Controller>
  readonly apps: () => Promise<readonly string[]>
  /** Writes that the emulator saw, as `METHOD path`, from the given one on. */
  readonly writes: (from?: number) => readonly string[]
  readonly requests: () => number
  readonly close: () => Promise<void>
}

export async function startClusterFleet(plane: ControlPlane): Promise<ClusterFleet> {
  const folder = await mkdtemp(join(tmpdir(), 'workshop-in-cluster-'))
  const bench = await startBench({ users: people.map((email) => ({ email, displayName: email })) })
  const workerBundle = join(folder, 'worker')
  await mkdir(workerBundle)
  await writeFile(join(workerBundle, 'app.yaml'), 'command: [node, server.js]\n')
  await writeFile(join(workerBundle, 'server.js'), 'one\n')
  const controllers: Controller[] = []
  const logged: string[] = []
  const recorded = () => bench.emulator.recorder.all()
  return {
    bench,
    folder,
    logged,
    start: async (cluster = {}, tuning = quickInCluster) => {
      const controller = createController(
        {
          controllerId: 'default',
          // As in a pod: every start finds an empty folder.
          stateDir: await mkdtemp(join(folder, 'state-')),
          env: {},
          login: { host: bench.emulator.url, credentials: { kind: 'pat', token: adminToken } },
          workerBundle,
          now: Date.now,
          log: (_level, message, facts) => void logged.push(`${message} ${JSON.stringify(facts ?? {})}`),
          sources: ['kubernetes'],
          intervalMs: 1_000,
          cluster: { kubeconfig: plane.kubeconfig, ...cluster },
        },
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

/** A Workshop that an API server takes. */
export function workshopText(name: string, { namespace = 'default', replicas = 2, more = '' } = {}): string {
  return `apiVersion: vibeworkshop.dev/v1alpha1
kind: Workshop
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  participants:
    users: [${people.slice(0, 4).join(', ')}]
  workers: {replicas: ${replicas}, rollout: {drainTimeout: 0s}}
${more}`
}
