import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Plan } from '@workshop/contracts/plan'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../config.ts'
import { fakeController, fakeView } from '../loop/fake-controller.ts'
import type { ApplyReport, PlanReport } from '../loop/options.ts'
import { runCommandLine } from './command-line.ts'
import { type FakeTerminal, fakeTerminal } from './fake-terminal.ts'
import type { LoopPrograms } from './loop-programs.ts'

const spec = (more = '') =>
  `apiVersion: vibeworkshop.dev/v1alpha1\nkind: Workshop\nmetadata:\n  name: day\nspec:\n  participants:\n    users: [ada@example.com]\n${more}`

const change: Plan['actions'][number] = {
  key: 'App/day-hub',
  action: 'create',
  kind: 'App',
  name: 'day-hub',
  app: 'day-hub',
  reason: 'Missing',
  message: 'there is none',
  changes: [],
  after: [],
}

function report(actions: Plan['actions']): PlanReport {
  return {
    namespace: 'default',
    name: 'day',
    workspace: { host: 'https://acme.cloud.databricks.com', user: 'op@example.com' },
    observedAt: Date.UTC(2026, 10, 21, 14, 18, 2),
    calls: 3,
    plan: { workshop: 'default/day', actions, blockers: [], inSync: { App: 2 } },
  }
}

let folder: string
let terminal: FakeTerminal
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'))
  terminal = fakeTerminal()
})
afterEach(() => rm(folder, { recursive: true }))

/** Runs a command line in the folder; `actions` is what the platform would need. */
async function run(args: readonly string[], actions: Plan['actions'] = [change]) {
  const deletion = actions.map((each) => ({ ...each, action: 'delete' as const }))
  const applied: ApplyReport = {
    ...report(actions),
    results: actions.map(({ key }) => ({ key, outcome: 'done', startedAt: 0, endedAt: 1 })),
    view: fakeView(),
  }
  const loop: LoopPrograms = {
    createController: () => fakeController(),
    planOnce: async () => report(actions),
    applyOnce: async () => applied,
    destroyPlanOnce: async () => ({ ...report(deletion), sessions: 12 }),
    destroyOnce: async () => applied,
  }
  return runCommandLine(args, {
    config: readConfig({ WORKSHOP_STATE_DIR: join(folder, 'state') }),
    terminal: () => terminal,
    now: () => 0,
    stopped: new AbortController().signal,
    loop: async () => loop,
  })
}
const file = (name: string) => join(folder, name)
const output = () => terminal.outText().replaceAll(folder, 'DIR')
const errors = () => terminal.errText().replaceAll(folder, 'DIR')

describe('workshop validate', () => {
  it('shows each problem with its line and what to do', async () => {
    await writeFile(
      file('bad.yaml'),
      spec(
        '  workers:\n    replica: 10\n    namePrefix: vibe-lakehouse-autumn-2026\n  credentials: {token: dapi0123456789}\n',
      ),
    )
    expect(await run(['validate', '-f', file('bad.yaml')])).toBe(2)
    expect(output()).toMatchInlineSnapshot(`
      "DIR/bad.yaml: 3 problems

        WO-1104  spec.workers.replica      unknown field
                 line 9: replica: 10       did you mean replicas?
        WO-1121  spec.workers.namePrefix   vibe-lakehouse-autumn-2026-worker-1 has 35 characters; apps may have 30
                 line 10                   shorten the prefix to at most 20 characters: cut 6
        WO-1102  spec.credentials.token    must be a group of fields, found text
                 line 11                   write a value of the type that is named
      "
    `)
  })

  it('checks rosters and skills too', async () => {
    await writeFile(file('day.yaml'), spec('    usersFrom: [{file: none.csv}]\n  skills: [model-servin]\n'))
    expect(await run(['validate', '-f', file('day.yaml'), '--output', 'json'])).toBe(2)
    const codes = JSON.parse(output()).problems.map(({ code }: { code: string }) => code)
    expect(codes).toContain('WO-1131')
  })

  it('counts people when all is well', async () => {
    await writeFile(file('roster.csv'), 'email\nada@example.com\ngrace@example.com\n')
    await writeFile(file('day.yaml'), spec('    usersFrom: [{file: roster.csv}]\n'))
    expect(await run(['validate', '-f', file('day.yaml')])).toBe(0)
    expect(output()).toBe('DIR/day.yaml: as it should be · 2 participants, 1 worker, 3 sessions each\n')
  })
})

describe('workshop plan', () => {
  it.for([
    ['changes', [change], [], 0],
    ['changes, detailed', [change], ['--detailed-exitcode'], 2],
    ['no change, detailed', [], ['--detailed-exitcode'], 0],
  ] as const)('answers with its exit code: %s', async ([, actions, flags, code]) => {
    await writeFile(file('day.yaml'), spec())
    expect(await run(['plan', '-f', file('day.yaml'), ...flags], actions)).toBe(code)
    expect(output()).toContain('day on acme.cloud.databricks.com as op@example.com')
  })

  it('refuses a bad spec before it asks the platform', async () => {
    await writeFile(file('day.yaml'), spec('  workers: {replicas: 0}\n'))
    expect(await run(['plan', '-f', file('day.yaml')])).toBe(2)
    expect([output(), errors()]).toEqual(['', expect.stringContaining('WO-1103')])
  })
})

describe('workshop destroy', () => {
  beforeEach(() => writeFile(file('day.yaml'), spec()))

  it('does nothing where it cannot ask', async () => {
    expect(await run(['destroy', '-f', file('day.yaml')])).toBe(2)
    expect(errors()).toMatchInlineSnapshot(`
      "Deletes 1 app in acme.cloud.databricks.com. 12 sessions are live.

        WO-9001  there is no terminal to ask on
                 add --yes when you are sure
      "
    `)
  })

  it.for([
    ['the name', 'day', 0],
    ['something else', 'yes', 1],
  ] as const)('asks for the name: %s', async ([, answer, code]) => {
    terminal = fakeTerminal(true, [answer])
    expect(await run(['destroy', '-f', file('day.yaml')])).toBe(code)
    expect(errors()).toContain('Type the name day to go on: ')
  })

  it('does not ask with --yes', async () => {
    expect(await run(['destroy', '-f', file('day.yaml'), '--yes'])).toBe(0)
    expect(output()).toBe('day is gone from acme.cloud.databricks.com.\n')
  })
})

describe('workshop init', () => {
  const flags = (...more: readonly string[]) => [
    'init',
    '--prefix',
    'vibe',
    '--workers',
    '10',
    '--file',
    file('vibe.yaml'),
    ...more,
  ]

  it('writes a spec that it would accept, and the token where only its owner reads it', async () => {
    await writeFile(file('roster.csv'), 'ada@example.com\n')
    const git = ['--url', 'https://example.com/workshop.git', '--branch', 'main']
    expect(await run(flags('--users', file('roster.csv'), '--token', 'dapi-secret', ...git))).toBe(0)
    expect(await readFile(file('vibe.yaml'), 'utf8')).toMatchInlineSnapshot(`
      "# Written by workshop init. Every field: docs/reference/workshop.md
      apiVersion: vibeworkshop.dev/v1alpha1
      kind: Workshop
      metadata:
        name: vibe
      spec:
        participants:
          usersFrom:
            - file: roster.csv
        sessions:
          perUser: 3
        workers:
          replicas: 10
          namePrefix: vibe
        source:
          git:
            url: https://example.com/workshop.git
            branch: main
        credentials:
          token:
            file: vibe.token
        skills:
          - asset-bundles
          - databricks-app-git-deploy
          - databricks-app-python
          - model-serving
          - spark-declarative-pipelines
          - synthetic-data-generation
      "
    `)
    expect((await stat(file('vibe.token'))).mode & 0o777).toBe(0o600)
    expect(output() + errors()).not.toContain('dapi-secret')
    expect(await run(['validate', '-f', file('vibe.yaml')])).toBe(0)
  })

  it('overwrites nothing unless forced', async () => {
    await writeFile(file('vibe.yaml'), 'mine')
    expect(await run(flags('--user', 'ada@example.com'))).toBe(2)
    expect(await readFile(file('vibe.yaml'), 'utf8')).toBe('mine')
    expect(await run(flags('--user', 'ada@example.com', '--force'))).toBe(0)
  })

  it('writes nothing that it would refuse', async () => {
    expect(await run(['init', '--prefix', 'Vibe', '--user', 'ada@example.com', '--file', file('x.yaml')])).toBe(2)
    await expect(stat(file('x.yaml'))).rejects.toThrow('ENOENT')
  })
})

describe('usage', () => {
  it.for([
    ['an unknown command', ['plam'], 2],
    ['an unknown option', ['plan', '--fast'], 2],
    ['a missing option', ['plan'], 2],
    ['a port that is none', ['local', '--port', '70000'], 2],
    ['a file that is not there', ['validate', '-f', 'none.yaml'], 2],
    ['no controller runs', ['status'], 2],
    ['help', ['plan', '--help'], 0],
  ] as const)('%s', async ([, args, code]) => {
    expect(await run(args)).toBe(code)
  })

  it('explains with code and example', async () => {
    await run(['plan', '-f', 'x', '--fast'])
    await run(['plan', '--help'])
    expect(errors()).toContain("WO-9001  unknown option '--fast'")
    expect(output()).toContain('workshop plan -f day.workshop.yaml')
  })
})
