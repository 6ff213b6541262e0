import type { WorkshopView } from '@workshop/contracts/fleet-api'
import { describe, expect, it } from 'vitest'
import { fakeView } from '../../loop/fake-controller.ts'
import { isNews, liveLines } from './live-lines.ts'

type Fleet = NonNullable<WorkshopView['status']['fleet']>
const fleet = (...members: Fleet): WorkshopView => fakeView({ status: { observedGeneration: 1, fleet: members } })
const hub = { name: 'vibe-hub', ordinal: 0, state: 'Ready' }
const worker = (state: string, message = '') => ({ name: 'vibe-worker-1', ordinal: 1, state, message })

describe('what happened between two views', () => {
  it.for([
    ['an app came', fleet(hub), fleet(hub, worker('Ready')), ['vibe-worker-1  ready']],
    ['an app is being made', fleet(hub), fleet(hub, worker('Progressing')), []],
    ['an app became ready', fleet(worker('Progressing')), fleet(worker('Ready')), ['vibe-worker-1  ready']],
    [
      'an app broke',
      fleet(worker('Ready')),
      fleet(worker('Degraded', 'crashed')),
      ['vibe-worker-1  degraded  crashed'],
    ],
    ['an app went', fleet(hub, worker('Ready')), fleet(hub), ['vibe-worker-1  gone']],
    ['nothing', fleet(hub), fleet(hub), []],
  ] as const)('%s', ([, before, after, lines]) => {
    expect(liveLines(before, after)).toEqual(lines)
  })

  it('tells each new plan once, in words', () => {
    const action = {
      action: 'create',
      kind: 'App',
      name: 'vibe-worker-3',
      reason: 'Missing',
      changes: [],
      after: [],
    } as const
    const plan = {
      workshop: 'default/first-workshop',
      actions: [
        { ...action, key: 'App/vibe-worker-3', message: 'worker 3 of 3 is not there' },
        { ...action, key: 'FleetFile/x', kind: 'FleetFile', message: 'follows' } as const,
      ],
      blockers: [],
      inSync: {},
    }
    const after = fakeView({ lastPlan: { number: 2, startedAt: 0, plan, results: [], running: [] } })
    expect(liveLines(fakeView(), after)).toEqual(['+ vibe-worker-3  create  worker 3 of 3 is not there'])
    expect(liveLines(after, after)).toEqual([])
  })

  it('leaves out of the activity what views have told', () => {
    const entry = { at: 0, level: 'info', who: 'controller', text: '' } as const
    expect(isNews(entry, fleet(hub))).toBe(false)
    expect(isNews({ ...entry, who: 'vibe-hub' }, fleet(hub))).toBe(false)
    expect(isNews({ ...entry, who: 'dir:first.workshop.yaml' }, fleet(hub))).toBe(true)
    expect(isNews({ ...entry, level: 'warning' }, fleet(hub))).toBe(true)
  })
})
