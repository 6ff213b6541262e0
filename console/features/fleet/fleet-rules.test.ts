import { describe, expect, it } from 'vitest'
import { fixtureNow } from '../../fixtures/bench.ts'
import { calmView, failedRun, planRun, troubledView, view } from '../../fixtures/control-room.ts'
import { attentionList } from './attention.ts'
import { convergence, tallyWords } from './convergence.ts'
import { counters } from './counters.ts'
import { healthLook, syncLook } from './fleet-look.ts'
import { filterRows, fleetRows } from './fleet-rows.ts'
import { actionViews, planSum, runState } from './plan-look.ts'
import { rolloutView, sentence } from './rollout-view.ts'

describe('the fleet', () => {
  it('stands worst first, the hub after its equals', () => {
    const names = fleetRows(view).map(({ line }) => line.name)
    expect(names.slice(0, 3)).toEqual(['vibe-worker-7', 'vibe-worker-9', 'vibe-worker-4'])
    expect(names.at(-1)).toBe('vibe-hub')
  })
  it('filters by either axis and by any word', () => {
    const rows = fleetRows(view)
    expect(filterRows(rows, 'not-in-sync', '').map(({ line }) => line.ordinal)).toEqual([7, 9, 4])
    expect(filterRows(rows, 'not-healthy', '').map(({ line }) => line.ordinal)).toEqual([7, 9])
    expect(filterRows(rows, 'all', 'HAND').map(({ line }) => line.ordinal)).toEqual([4])
  })
  it('calls what it does not know unknown', () => {
    expect([healthLook('Sleeping').word, syncLook(undefined).word]).toEqual(['Unknown', 'Unknown'])
  })
})

describe('what needs attention', () => {
  it('is nothing when all is well', () => {
    expect(attentionList(calmView)).toEqual([])
  })
  it('is the degraded and the drifted worker, not the one that moves', () => {
    expect(attentionList(view).map(({ key, state }) => [key, state.family])).toEqual([
      ['app/vibe-worker-7', 'bad'],
      ['app/vibe-worker-4', 'drift'],
    ])
  })
  it('names failures and blockers with code and what to do', () => {
    const run = {
      ...failedRun,
      plan: {
        ...failedRun.plan,
        blockers: [{ code: 'WO-2010' as const, name: 'vibe-hub', message: 'the app vibe-hub exists' }],
      },
    }
    const details = attentionList({ ...calmView, lastPlan: run }).map(({ detail }) => detail)
    expect(details[0]).toMatch(/adoptionPolicy.*WO-2010/)
    expect(details[1]).toMatch(/npm install ended with code 1.*WO-2021/)
  })
  it('speaks of a token that should have been renewed', () => {
    const due = {
      ...calmView,
      status: { ...calmView.status, token: { renewsAt: new Date(fixtureNow - 60_000).toISOString() } },
    }
    expect(attentionList(due).map(({ key }) => key)).toEqual(['token'])
  })
})

describe('convergence', () => {
  it.for([
    [view, 'Progressing'],
    [calmView, 'Ready'],
    [troubledView, 'Suspended'],
    [{ ...view, conditions: [] }, 'Unknown'],
    [{ ...view, deleting: true }, 'Deleting'],
    [
      {
        ...view,
        conditions: [
          {
            ...view.conditions[0],
            type: 'Stalled' as const,
            status: 'True' as const,
            reason: 'InvalidSpec',
            message: '',
            lastTransitionTime: '',
          },
        ],
      },
      'Stalled',
    ],
  ] as const)('is one word (%#)', ([of, word]) => {
    expect(convergence(of).state.word).toBe(word)
  })
  it('counts each app once, by its worse axis', () => {
    expect(tallyWords(convergence(view).parts)).toBe('8 as wanted, 1 in progress, 1 drifted, 1 degraded')
  })
  it('gives four numbers and says when one is not known', () => {
    expect(counters(view).map(({ value }) => value)).toEqual(['8', '211', '100', '34'])
    const { active: _, ...rest } = view.status.capacity ?? {}
    expect(counters({ ...view, status: { ...view.status, capacity: rest } })[1]).toMatchObject({
      value: 'unknown',
      note: 'workers cannot be asked',
    })
  })
})

describe('a plan', () => {
  it('puts what needs somebody first and what is done last', () => {
    expect(
      actionViews(planRun)
        .map(({ phase }) => phase)
        .slice(0, 4),
    ).toEqual(['running', 'waiting', 'next', 'done'])
    expect(actionViews(failedRun).map(({ phase }) => phase)).toEqual(['failed', 'skipped'])
  })
  it('sums what is open by what it does', () => {
    expect(planSum(actionViews(planRun))).toEqual({ create: 0, change: 3, delete: 0, done: 9, all: 12 })
  })
  it.for([
    [planRun, 'Carrying out, 9 of 12'],
    [{ ...planRun, endedAt: 1 }, 'Paused, 9 of 12'],
    [failedRun, 'Failed, 0 of 2 done'],
    [{ ...failedRun, plan: { ...failedRun.plan, actions: [] } }, 'Nothing to do'],
  ] as const)('is in one state (%#)', ([run, word]) => {
    const views = actionViews(run)
    expect(runState(run, planSum(views), views).word).toBe(word)
  })
})

describe('a plan in time', () => {
  const rollout = rolloutView(planRun, fixtureNow)
  it('has a row for each app that was begun, in that order', () => {
    expect(rollout?.rows.map(({ name }) => name)).toEqual([
      'source bundle',
      ...[5, 10, 4, 2, 8, 6, 1, 3, 9].map((at) => `vibe-worker-${at}`),
    ])
  })
  it('keeps every bar inside the axis and ends the running one at now', () => {
    for (const { bars } of rollout?.rows ?? [])
      for (const { left, width } of bars) expect(left >= 0 && left + width <= 100.5).toBe(true)
    const running = rollout?.rows.at(-1)?.bars[0]
    expect((running?.left ?? 0) + (running?.width ?? 0)).toBeCloseTo(rollout?.nowAt ?? -1, 3)
  })
  it('draws nothing before anything was begun', () => {
    expect(rolloutView({ ...planRun, results: [], running: [] }, fixtureNow)).toBeUndefined()
  })
  it('reads reasons as words', () => {
    expect(sentence('SourceChanged')).toBe('source changed')
  })
})
