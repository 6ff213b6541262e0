/** A git source over a real git host, without a loop behind it: what it brings, keeps and holds. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseWorkshop } from '@workshop/contracts/validate'
import { defaultGitPolicy, type GitPolicy, gitSource } from '../../../controller/sources/git/git.ts'
import type { Source } from '../../../controller/sources/source.ts'
import { type Files, type GitServer, startGitServer } from '../../support/git-server.ts'

export interface GitBench {
  readonly server: GitServer
  readonly stateDir: string
  /** Starts a source; earlier ones are stopped. */
  readonly open: (fragment?: string, policy?: Partial<GitPolicy>, env?: Record<string, string>) => Promise<Source>
  /** Keys that `onChange` named so far, in batches. */
  readonly changes: () => readonly (readonly string[])[]
  readonly close: () => Promise<void>
}

export function spec(
  name: string,
  more: { readonly users?: string; readonly annotations?: string; readonly spec?: string } = {},
) {
  const { users = 'ada@example.com', annotations = '{}' } = more
  return `apiVersion: vibeworkshop.dev/v1alpha1
kind: Workshop
metadata: {name: ${name}, annotations: ${annotations}}
spec:
  participants: {users: [${users}]}
${more.spec ?? ''}
`
}

/** Files `<name>.workshop.yaml`. */
export function specs(...names: readonly string[]): Files {
  return Object.fromEntries(names.map((name) => [`${name}.workshop.yaml`, spec(name)]))
}

export function without(...names: readonly string[]): Files {
  return Object.fromEntries(names.map((name) => [`${name}.workshop.yaml`, null]))
}

export async function startGitBench(files: Files): Promise<GitBench> {
  const stateDir = await mkdtemp(join(tmpdir(), 'workshop-git-state-'))
  const server = await startGitServer()
  await server.push(files)
  let source: Source | undefined
  const changes: (readonly string[])[] = []
  return {
    server,
    stateDir,
    changes: () => changes,
    open: async (fragment = '#main', policy = {}, env = {}) => {
      await source?.stop()
      source = gitSource({
        text: `${server.url}${fragment}`,
        stateDir,
        env: { PATH: process.env['PATH'], HOME: stateDir, ...env },
        parse: parseWorkshop,
        policy: { ...defaultGitPolicy, intervalMs: 60, timeoutMs: 5_000, ...policy },
      })
      await source.start((keys) => void changes.push([...keys].sort()))
      return source
    },
    close: async () => {
      await source?.stop()
      await server.close()
      await rm(stateDir, { recursive: true, force: true })
    },
  }
}
