/** The text of a new spec. Pure. */
import { stringify } from 'yaml'

export interface InitialSpec {
  readonly name: string
  readonly workers: number
  readonly perUser?: number
  readonly rosterFile?: string
  readonly people: readonly string[]
  readonly groups?: readonly string[]
  readonly tokenFile?: string
  /** Folder names under skills/. */
  readonly skills: readonly string[]
  readonly git?: { readonly url: string; readonly branch: string }
}

/** YAML with a comment on what may be added. Everything that is left out has a sound default. */
export function initialSpec({
  name,
  workers,
  perUser = 3,
  rosterFile,
  people,
  groups = [],
  tokenFile,
  skills,
  git,
}: InitialSpec): string {
  const spec = {
    apiVersion: 'vibeworkshop.dev/v1alpha1',
    kind: 'Workshop',
    metadata: { name },
    spec: {
      participants: {
        ...(people.length > 0 ? { users: people } : {}),
        ...(groups.length > 0 ? { groups } : {}),
        ...(rosterFile === undefined ? {} : { usersFrom: [{ file: rosterFile }] }),
      },
      sessions: { perUser },
      workers: { replicas: workers, namePrefix: name },
      ...(git ? { source: { git } } : {}),
      ...(tokenFile === undefined ? {} : { credentials: { token: { file: tokenFile } } }),
      ...(skills.length > 0 ? { skills } : {}),
    },
  }
  return `# Written by workshop init. Every field: docs/reference/workshop.md\n${stringify(spec)}`
}
