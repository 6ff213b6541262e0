import { describe, expect, it } from 'vitest'
import type { Desired } from './desired.ts'
import type { Observed, ObservedApp } from './observed.ts'
import { planChanges } from './plan.ts'
import { day, found, wanted } from './planning.fixture.ts'

const lines = (desired: Desired, observed: Observed) =>
  planChanges(desired, observed).plan.actions.map(
    ({ key, action, reason, pending }) => `${action} ${key} ${reason}${pending ? ' …' : ''}`,
  )

describe('planning', () => {
  const desired = wanted()

  it('has nothing to do where all is as wanted', () => {
    const { plan } = planChanges(desired, found(desired))
    expect(plan).toMatchObject({
      actions: [],
      blockers: [],
      inSync: { App: 3, Permissions: 3, Deployment: 3, SecretScope: 1 },
    })
  })

  it.for([
    [
      'creates what is missing and deploys it later',
      { 'vibe-worker-2': undefined },
      [
        'create App/vibe-worker-2 Missing',
        'create Permissions/vibe-worker-2 Missing',
        'deploy Deployment/vibe-worker-2 Missing …',
      ],
    ],
    [
      'waits while the name is blocked',
      { 'vibe-worker-2': { compute: 'DELETING' } },
      [
        'create App/vibe-worker-2 Missing …',
        'create Permissions/vibe-worker-2 Missing',
        'deploy Deployment/vibe-worker-2 Missing …',
      ],
    ],
    ['resizes in place', { 'vibe-worker-2': { computeSize: 'LARGE' } }, ['update App/vibe-worker-2 Drifted']],
    [
      'starts what was stopped',
      { 'vibe-worker-2': { compute: 'STOPPED', state: 'UNAVAILABLE' } },
      ['start App/vibe-worker-2/start Stopped'],
    ],
    ['restarts what crashed', { 'vibe-worker-2': { state: 'CRASHED' } }, ['restart Deployment/vibe-worker-2 Crashed']],
    [
      'waits for a deployment under way',
      { 'vibe-hub': { compute: 'STARTING' } },
      ['deploy Deployment/vibe-hub InProgress …'],
    ],
    [
      'deletes a worker with our marker that nobody wants',
      { 'vibe-worker-9': { probe: null, state: 'CRASHED' } },
      ['delete App/vibe-worker-9 NotWanted'],
    ],
    ['lets an app of others be', { 'vibe-worker-9': { description: 'mine' } }, []],
    ['does not take an empty scope list for drift', { 'vibe-worker-1': { userApiScopes: [] } }, []],
    [
      'grants one missing person',
      {
        'vibe-hub': {
          grants: [
            { principal: 'user', name: 'op@example.com', level: 'CAN_MANAGE' },
            { principal: 'user', name: 'ada@example.com', level: 'CAN_USE' },
          ],
        },
      },
      ['update Permissions/vibe-hub Missing'],
    ],
  ] as const)('%s', ([, apps, wantedLines]) => {
    const shown = lines(desired, found(desired, apps)).filter(
      (line) => !line.includes('fleet.json') && !line.includes('workshop folder'),
    )
    expect(shown).toEqual(wantedLines)
  })

  it('refuses an app of somebody else and goes on with the others', () => {
    const { plan } = planChanges(
      desired,
      found(desired, { 'vibe-worker-1': { description: 'x' }, 'vibe-worker-2': { state: 'CRASHED' } }),
    )
    expect(plan.blockers).toMatchObject([{ code: 'WO-2010', name: 'vibe-worker-1' }])
    expect(plan.actions.map(({ app }) => app).filter(Boolean)).toEqual(['vibe-worker-2'])
  })

  it('replaces grants only to take one away, and carries others over', () => {
    const extra = { principal: 'user', name: 'eve@example.com', level: 'CAN_USE' } as const
    const manager = { principal: 'group', name: 'admins', level: 'CAN_MANAGE' } as const
    const hub = { 'vibe-hub': { grants: [...(desired.apps[0]?.grants ?? []), extra, manager] } }
    const call = planChanges(desired, found(desired, hub)).calls.get('Permissions/vibe-hub')
    expect(call).toMatchObject({ do: 'setGrants', grants: expect.arrayContaining([manager]) })
    expect(JSON.stringify(call)).not.toContain('eve@')
    const unsure = wanted({}, ['lost-group'])
    expect(planChanges(unsure, found(unsure, hub)).calls.has('Permissions/vibe-hub')).toBe(false)
  })

  it('leaves a grant alone whose person works there still, though the seat has moved', () => {
    const guest = (name: string) => ({ principal: 'user', name, level: 'CAN_USE' }) as const
    const people = ['ada@example.com', 'grace@example.com', 'left@example.com'].map((email) => ({ email, live: 1 }))
    const busy = {
      grants: [guest('ada@example.com'), guest('grace@example.com'), guest('left@example.com')],
      probe: { sessions: { live: 3, people } } as unknown as NonNullable<ObservedApp['probe']>,
    }
    const call = planChanges(desired, found(desired, { 'vibe-worker-1': busy })).calls.get('Permissions/vibe-worker-1')
    expect(JSON.stringify(call)).toMatch(/ada@.*grace@/)
    expect(JSON.stringify(call)).not.toContain('left@')
    const silent = planChanges(desired, found(desired, { 'vibe-worker-1': { ...busy, probe: null } }))
    expect(JSON.stringify(silent.calls.get('Permissions/vibe-worker-1'))).toMatch(/ada@.*grace@/)
    const idle = { ...busy, probe: { sessions: { live: 0, people: [] } } as unknown as typeof busy.probe }
    const later = planChanges(desired, found(desired, { 'vibe-worker-1': idle })).calls.get('Permissions/vibe-worker-1')
    expect(JSON.stringify(later)).not.toMatch(/ada@.*grace@|grace@.*ada@/)
  })

  it('disturbs one worker at a time, drains it first, and says how long', () => {
    const old = { id: 'd', state: 'SUCCEEDED', message: '', sourcePath: '/old/b0', envNames: [] }
    const busy = {
      active: old,
      probe: { sessions: { live: 7, people: [] } } as unknown as NonNullable<ObservedApp['probe']>,
    }
    const { plan } = planChanges(desired, found(desired, { 'vibe-worker-1': busy, 'vibe-worker-2': busy }))
    const shown = plan.actions.map(({ key, pending }) => [key, pending])
    expect(shown).toEqual([
      ['Deployment/vibe-worker-1', 'waits its turn: maxUnavailable is 1'],
      ['App/vibe-worker-2/drain', undefined],
      ['Deployment/vibe-worker-2', 'drains 7 sessions, at most 10 m left'],
    ])
    const later = { ...busy, drainingSince: day - 600_000 }
    expect(lines(desired, found(desired, { 'vibe-worker-1': busy, 'vibe-worker-2': later }))).toContain(
      'deploy Deployment/vibe-worker-2 SourceChanged',
    )
  })

  it('stops draining when the spec goes back', () => {
    expect(lines(desired, found(desired, { 'vibe-worker-2': { drainingSince: 1 } }))).toEqual([
      'drain App/vibe-worker-2/drain DrainCancelled',
    ])
  })
})

describe('planning the token', () => {
  const desired = wanted()
  const base = found(desired)
  const scope = base.scope as NonNullable<Observed['scope']>
  it.for([
    [
      'renews one that expires soon',
      { tokens: [{ id: 't1', createdAt: 5, expiresAt: 14 * day }] },
      ['update Token/vibe-workshop.token Expiring'],
    ],
    ['replaces one that was revoked', { tokens: [] }, ['update Token/vibe-workshop.token Revoked']],
    [
      'replaces a value that was edited',
      { scope: { ...scope, valueSha256: 'bb' } },
      ['update Token/vibe-workshop.token Drifted'],
    ],
    [
      'revokes one whose value was lost',
      { tokens: [...base.tokens, { id: 't2', createdAt: 9, expiresAt: 99 * day }] },
      ['delete Token/t2 Lost'],
    ],
    [
      'keeps the one before, which workers may still hold',
      { tokens: [...base.tokens, { id: 't0', createdAt: 1, expiresAt: 9 * day }] },
      [],
    ],
    [
      'uses a scope without marker',
      { scope: { keys: scope.keys, record: scope.record, valueSha256: 'aa' } as typeof scope },
      [],
    ],
  ] as const)('%s', ([, change, wantedLines]) => {
    expect(lines(desired, found(desired, {}, change as Partial<Observed>))).toEqual(wantedLines)
  })
})
