/** A fleet file for tests: a hub, two workers, two participants and a facilitator. */
import type { FleetFile } from '@workshop/contracts/fleet-file'

/** `changes` replace whole fields. */
export function aFleet(changes: Partial<FleetFile> = {}): FleetFile {
  const member = (name: string, ordinal: number) => ({
    name,
    ordinal,
    url: `http://${name}.apps.localhost:8080`,
    cordoned: false,
    ready: true,
  })
  return {
    format: 1,
    version: 7,
    workshop: { namespace: 'default', name: 'first', title: 'First workshop' },
    hub: member('first-hub', 0),
    workers: [member('first-worker-1', 1), member('first-worker-2', 2)],
    participants: ['ada@example.com', 'grace@example.com'],
    facilitators: ['edsger@example.com'],
    operators: ['controller-client-id'],
    peoplePerWorker: 10,
    sessions: {
      perUser: 2,
      perWorker: 30,
      agents: ['claude', 'shell'],
      idleTimeoutMs: 60_000,
      isolation: 'auto',
    },
    models: { claude: 'databricks-claude-opus-4-6' },
    skills: [],
    ...changes,
  }
}
