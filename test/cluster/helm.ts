/** The real Helm against a control plane of a test, and what it renders. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { repository } from '../support/product.ts'
import { findBinaries } from './binaries.ts'
import type { ControlPlane } from './control-plane.ts'
import { type ProgramResult, runProgram } from './run-program.ts'

export const chartFolder = join(repository, 'charts', 'workshop-operator')

export interface Helm {
  /** Runs one command line; its code tells how it went. */
  readonly try: (...args: readonly string[]) => Promise<ProgramResult>
  /** As `try`, but answers stdout and throws when it fails. */
  readonly run: (...args: readonly string[]) => Promise<string>
  /** A values file with this text. */
  readonly values: (text: string) => Promise<string>
  readonly folder: string
  readonly close: () => Promise<void>
}

/** One parsed document of `helm template`; what tests look into. */
// biome-ignore lint/suspicious/noExplicitAny: manifests of every kind
export type Manifest = any

export async function startHelm(plane: Pick<ControlPlane, 'kubeconfig'>): Promise<Helm> {
  const folder = await mkdtemp(join(tmpdir(), 'workshop-helm-'))
  const built = join(findBinaries() ?? '', 'helm')
  const program = existsSync(built) ? built : 'helm'
  const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: plane.kubeconfig }
  let count = 0
  const helm = (...args: readonly string[]) => runProgram(program, args, { env, timeout: 120_000 })
  const run = async (...args: readonly string[]) => {
    const { code, out, err } = await helm(...args)
    if (code !== 0) throw new Error(`helm ${args.join(' ')} ended with ${code}: ${err}${out}`)
    return out
  }
  return {
    folder,
    run,
    try: helm,
    values: async (text) => {
      count += 1
      const file = join(folder, `values-${count}.yaml`)
      await writeFile(file, text)
      return file
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

/** What `helm template` or `helm get manifest` printed, parsed. */
export function manifestsOf(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => document.toJS() ?? [])
}
