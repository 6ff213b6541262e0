import type { WorkshopView } from '@workshop/contracts/fleet-api'
import type { Action } from '@workshop/contracts/plan'
import { afterEach, describe, expect, it } from 'vitest'
import { fakeView } from '../loop/fake-controller.ts'
import { fakeTerminal } from './fake-terminal.ts'
import { Progress } from './progress.ts'
import { fitRows, progressRows, showProgress } from './progress-rows.ts'
import { paintWith } from './terminal.ts'

const action = (kind: Action['kind'], name: string, app?: string): Action => ({
  key: `${kind}/${name}`,
  action: 'create',
  kind,
  name,
  ...(app ? { app } : {}),
  reason: 'Missing',
  message: '',
  changes: [],
  after: [],
})
const done = (key: string, startedAt: number, endedAt: number) =>
  ({ key, outcome: 'done', startedAt, endedAt }) as const

const actions = [
  action('SecretScope', 'first-workshop'),
  action('Secret', 'claude-api-token'),
  action('Token', 'workshop first'),
  ...['vibe-hub', 'vibe-worker-1', 'vibe-worker-2', 'vibe-worker-10'].map((name) => action('App', name, name)),
]

function view(
  results: NonNullable<WorkshopView['lastPlan']>['results'],
  fleet: WorkshopView['status']['fleet'],
): WorkshopView {
  const plan = { workshop: 'default/first-workshop', actions, blockers: [], inSync: {} }
  return fakeView({
    lastPlan: { number: 1, startedAt: 0, plan, results, running: ['Token/workshop first'] },
    status: { observedGeneration: 1, ...(fleet ? { fleet } : {}) },
  })
}

const middle = view(
  [
    done('SecretScope/first-workshop', 0, 100),
    done('App/vibe-hub', 0, 14_200),
    {
      key: 'App/vibe-worker-10',
      outcome: 'failed',
      startedAt: 0,
      endedAt: 500,
      problem: { code: 'WO-2030', message: 'no room' },
    },
  ],
  [
    { name: 'vibe-hub', ordinal: 0, state: 'Ready' },
    { name: 'vibe-worker-1', ordinal: 1, state: 'Progressing', message: 'deploying   installing dependencies' },
  ],
)

describe('progress', () => {
  let progress: Progress | undefined
  afterEach(() => progress?.close())

  it('shows what somebody waits for, hub first, workers in order', () => {
    expect(showProgress(progressRows(middle), 18_000, paintWith(false), 100).join('\n')).toMatchInlineSnapshot(`
      "  secret scope    first-workshop  created                              0.1 s
        token           workshop first  under way
        vibe-hub        app             ready                                14.2 s
        vibe-worker-1   app             deploying   installing dependencies  18 s
        vibe-worker-2   app             waits                                18 s
        vibe-worker-10  app             no room                              0.5 s"
    `)
  })

  it('is one line a change without a terminal', () => {
    const terminal = fakeTerminal()
    progress = new Progress(terminal.err, () => 18_000)
    progress.show(middle)
    progress.show(middle)
    progress.show(view(middle.lastPlan?.results ?? [], [{ name: 'vibe-worker-1', ordinal: 1, state: 'Ready' }]))
    expect(terminal.errText()).toMatchInlineSnapshot(`
      "  secret scope  first-workshop  created  0.1 s
        token  workshop first  under way
        vibe-hub  app  ready  14.2 s
        vibe-worker-1  app  deploying   installing dependencies
        vibe-worker-2  app  waits
        vibe-worker-10  app  no room  0.5 s
        vibe-hub  app  waits
        vibe-worker-1  app  ready  18 s
      "
    `)
  })

  it('says that an app goes until it is gone', () => {
    const plan = {
      workshop: '',
      actions: [{ ...action('App', 'vibe-hub', 'vibe-hub'), action: 'delete' as const }],
      blockers: [],
      inSync: {},
    }
    const going = (results: Parameters<typeof view>[0]) =>
      progressRows(
        fakeView({
          lastPlan: { number: 1, startedAt: 0, plan, results, running: [] },
          status: { observedGeneration: 1 },
        }),
      )
    expect(going([])).toMatchObject([{ state: 'running', text: 'goes' }])
    expect(going([done('App/vibe-hub', 0, 1)])).toMatchObject([{ state: 'done', text: 'gone' }])
  })

  it('is redrawn in place on a terminal', () => {
    const terminal = fakeTerminal(true)
    progress = new Progress(terminal.err, () => 18_000)
    progress.show(middle)
    progress.show(middle)
    expect(terminal.errText().split('\u001B[6F')).toHaveLength(2)
  })

  it.for([
    [6, ['secret scope', 'token', 'vibe-hub', 'vibe-worker-1', 'vibe-worker-2', 'vibe-worker-10']],
    [5, ['2 more', 'token', 'vibe-worker-1', 'vibe-worker-2', '1 more']],
  ] as const)('fits %i lines', ([most, subjects]) => {
    expect(fitRows(progressRows(middle), most).map(({ subject }) => subject)).toEqual(subjects)
  })

  it('never writes a line wider than the terminal', () => {
    for (const line of showProgress(progressRows(middle), 18_000, paintWith(true), 40))
      expect(line.length).toBeLessThan(60)
  })
})
