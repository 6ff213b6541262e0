import type { WorkerStatus } from '@workshop/contracts/worker-api'
import { describe, expect, it } from 'vitest'
import type { Desired, DesiredApp } from './desired.ts'
import type { Observed, ObservedApp } from './observed.ts'
import { grantsWithPins, pins } from './pins.ts'

const mayUse = (...people: readonly string[]) =>
  people.map((name) => ({ principal: 'user', name, level: 'CAN_USE' }) as const)

const app = (ordinal: number, ...people: readonly string[]) =>
  ({
    name: ordinal === 0 ? 'vibe-hub' : `vibe-worker-${ordinal}`,
    ordinal,
    seats: people,
    // Who looks after the room may enter everywhere.
    grants: ordinal === 0 ? [] : mayUse(...people, 'edsger'),
  }) as unknown as DesiredApp

const live = (...people: readonly (readonly [email: string, live: number, ended?: number])[]) =>
  ({
    probe: {
      sessions: { people: people.map(([email, live, ended = 0]) => ({ email, live, ended })) },
    } as unknown as WorkerStatus,
  }) as ObservedApp

function room(apps: readonly DesiredApp[], seen: Readonly<Record<string, ObservedApp>>) {
  const desired = {
    apps,
    roster: { participants: ['ada', 'edsger', 'grace', 'linus'], facilitators: ['edsger'], unknownGroups: [] },
  } as unknown as Desired
  return { desired, observed: { apps: new Map(Object.entries(seen)) } as unknown as Observed }
}

describe('pinning people to the worker of their live sessions', () => {
  it.for([
    ['keeps a person whose seat moved', live(['ada', 2]), { ada: 'vibe-worker-1' }],
    ['pins nobody who sits there anyway', live(['grace', 1]), {}],
    ['lets go when the last session has ended', live(['ada', 0]), {}],
    ['keeps a facilitator who takes part, too', live(['edsger', 1]), { edsger: 'vibe-worker-1' }],
    ['keeps nobody who is off the roster', live(['mallory', 3]), {}],
    ['keeps nobody where the worker was not asked', {} as ObservedApp, {}],
    ['keeps a person whose sessions have ended and can be restarted', live(['ada', 0, 1]), { ada: 'vibe-worker-1' }],
  ] as const)('%s', ([, worker1, wanted]) => {
    const { desired, observed } = room([app(0), app(1, 'grace'), app(2, 'ada')], { 'vibe-worker-1': worker1 })
    expect(pins(desired, observed)).toEqual(wanted)
  })

  it('leaves the way in to who has just ended the last session', () => {
    const apps = [app(0), app(1, 'grace'), app(2, 'ada')] as const
    const here = { ...live(['ada', 0], ['mallory', 0]), grants: mayUse('ada', 'mallory') }
    const { desired, observed } = room(apps, { 'vibe-worker-1': here })
    expect(grantsWithPins(apps[1], desired, observed)).toEqual(mayUse('grace', 'edsger', 'ada'))
    expect(pins(desired, observed)).toEqual({})
  })

  it('opens no new way to who only looks in', () => {
    const apps = [app(0), app(1, 'grace'), app(2, 'ada')] as const
    const { desired, observed } = room(apps, { 'vibe-worker-1': live(['ada', 0]) })
    expect(grantsWithPins(apps[1], desired, observed)).toEqual(mayUse('grace', 'edsger'))
  })

  it('leaves all as it was where a worker is silent for a moment, but for who is off the roster', () => {
    const apps = [app(0), app(1, 'grace'), app(2, 'ada', 'linus')] as const
    const silent = { probe: null, grants: mayUse('Ada', 'linus', 'mallory') } as unknown as ObservedApp
    const { desired, observed } = room(apps, { 'vibe-worker-1': silent })
    const fleetFile = { pins: { ada: 'vibe-worker-1', mallory: 'vibe-worker-1' } } as unknown as Observed['fleetFile']
    expect(pins(desired, { ...observed, fleetFile })).toEqual({ ada: 'vibe-worker-1' })
    expect(grantsWithPins(apps[1], desired, { ...observed, fleetFile })).toEqual(
      mayUse('grace', 'edsger', 'ada', 'linus'),
    )
  })

  it('puts live sessions before ended ones, and lets those go where nothing starts any more', () => {
    const apps = [app(0), app(1, 'grace'), app(2, 'ada')] as const
    const ended = live(['ada', 0, 1])
    const both = room(apps, { 'vibe-worker-1': ended, 'vibe-worker-2': live(['ada', 2]) })
    expect(pins(both.desired, both.observed)).toEqual({})
    const draining = room(apps, { 'vibe-worker-1': { ...ended, drainingSince: 1 } })
    expect(pins(draining.desired, draining.observed)).toEqual({})
  })

  it('sends who has sessions on two workers to the lowest ordinal, and keeps both open', () => {
    const apps = [app(0), app(1, 'grace'), app(2), app(3, 'ada')] as const
    const { desired, observed } = room(apps, { 'vibe-worker-1': live(['ada', 1]), 'vibe-worker-2': live(['ada', 1]) })
    expect(pins(desired, observed)).toEqual({ ada: 'vibe-worker-1' })
    expect(apps.map((each) => grantsWithPins(each, desired, observed).map(({ name }) => name))).toEqual([
      [],
      ['grace', 'edsger', 'ada'],
      ['edsger', 'ada'],
      ['ada', 'edsger'],
    ])
  })
})
