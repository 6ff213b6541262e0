/**
 * Terminals on the Node of Databricks Apps: ends and flow once more on 22.16, because a lost end of the output is a
 * matter of the libuv inside. Each suite runs in a Vitest of its own on that Node.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { node22 } from '../support/node22.ts'

const root = join(import.meta.dirname, '..', '..')
/** More than elsewhere: node-pty alone lost the end of about one in three here. */
const exits = '400'
let node = ''
let folder = ''

beforeAll(async () => {
  node = await node22()
  folder = await mkdtemp(join(tmpdir(), 'node22-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Report {
  readonly numPassedTests: number
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

function failures({ testResults }: Report): readonly string[] {
  const all = testResults.flatMap(({ assertionResults }) => assertionResults)
  return all.flatMap((one) => (one.status === 'failed' ? [`${one.fullName}: ${one.failureMessages.join()}`] : []))
}

/** Runs test files on Node 22.16. Its report counts; the exit code would say the same with fewer words. */
async function passed(project: string, files: readonly string[]): Promise<Report> {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const report = join(folder, `${project}.json`)
  const args = [vitest, 'run', '--project', project, '--reporter=json', `--outputFile=${report}`, ...files]
  const { VITEST: _, ...env } = process.env
  // The screen thread is a file of types, which 22.16 reads only when told.
  const more = { TERMINAL_EXITS: exits, NODE_OPTIONS: '--experimental-strip-types --no-warnings' }
  const run = promisify(execFile)(node, args, { cwd: root, env: { ...env, ...more }, maxBuffer: 1e8 })
  await run.catch(() => {})
  return JSON.parse(await readFile(report, 'utf8')) as Report
}

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('on Node 22.16', () => {
  it('a program ends with all its output read', async () => {
    const report = await passed('unit', ['worker/terminal/pty.test.ts', 'worker/terminal/tty-watch.test.ts'])
    expect(failures(report)).toEqual([])
    expect(report.numPassedTests).toBeGreaterThan(25)
  })

  it('viewers, typing and flow hold at their edges', async () => {
    const report = await passed('contract', ['test/contract/terminal-edges.test.ts'])
    expect(failures(report)).toEqual([])
    expect(report.numPassedTests).toBeGreaterThan(20)
  })
})
