/** A controller as a process of its own, for tests that kill and freeze it. One argument: its options as JSON. */
import { createController } from '../../controller/loop/runner.ts'

const { stateDir, login, workerBundle, kubeconfig, lease } = JSON.parse(process.argv[2] ?? '{}')

const controller = createController(
  {
    controllerId: 'default',
    stateDir,
    env: {},
    login,
    workerBundle,
    now: Date.now,
    log: (_level, message, facts) => console.log(message, JSON.stringify(facts ?? {})),
    sources: ['kubernetes'],
    intervalMs: 1_000,
    cluster: {
      kubeconfig,
      namespace: 'default',
      lease,
      onLost: (why) => {
        console.log(`lost: ${why}`)
        process.exit(1)
      },
    },
  },
  {
    pace: { pollMs: 50, driftMs: 500, probeMs: 60_000 },
    patience: { firstMs: 100, maxMs: 1_000 },
  },
)
process.once('SIGTERM', () => void controller.stop().then(() => process.exit(0)))
await controller.start()
console.log('started')
