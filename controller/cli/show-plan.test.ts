import type { Action, Plan } from '@workshop/contracts/plan'
import { describe, expect, it } from 'vitest'
import { hasChanges, showPlan } from './show-plan.ts'
import { paintWith } from './terminal.ts'

const action = (over: Partial<Action> & Pick<Action, 'kind' | 'name' | 'action' | 'message'>): Action => ({
  key: `${over.kind}/${over.name}`,
  reason: 'SpecChanged',
  changes: [],
  after: [],
  ...over,
})
const show = (plan: Partial<Plan>) =>
  showPlan({ workshop: 'default/day', actions: [], blockers: [], inSync: {}, ...plan }, paintWith(false))

describe('showing a plan', () => {
  it('reads like a diff', () => {
    const text = show({
      actions: [
        action({
          kind: 'App',
          name: 'vibe-worker-11',
          app: 'vibe-worker-11',
          action: 'create',
          message: 'the spec wants 11 workers, 10 exist',
          changes: [{ path: 'spec.workers.replicas', found: '10', wanted: '11' }],
        }),
        action({
          kind: 'Deployment',
          name: 'vibe-worker-11',
          app: 'vibe-worker-11',
          action: 'deploy',
          message: 'nothing runs there yet',
        }),
        action({
          kind: 'App',
          name: 'vibe-worker-4',
          app: 'vibe-worker-4',
          action: 'update',
          message: 'somebody changed it by hand',
          changes: [{ path: 'compute_size', found: 'MEDIUM', wanted: 'LARGE' }],
        }),
        action({
          kind: 'Token',
          name: 'workshop day',
          action: 'create',
          message: 'expires in 13 d, renewBefore is 14 d',
          changes: [{ path: 'value', found: 'sha256:07aa41…', wanted: 'new' }],
        }),
        action({ kind: 'App', name: 'vibe-worker-12', app: 'vibe-worker-12', action: 'delete', message: 'not wanted' }),
        action({ kind: 'App', name: 'vibe-hub', app: 'vibe-hub', action: 'none', message: 'as wanted' }),
      ],
      inSync: { App: 9, SecretScope: 1, Permissions: 0 },
    })
    expect(text).toMatchInlineSnapshot(`
      "  + vibe-worker-11       create   the spec wants 11 workers, 10 exist
                                        spec.workers.replicas 10 → 11
                               deploy   deployment: nothing runs there yet
        ~ vibe-worker-4        update   somebody changed it by hand
                                        compute_size MEDIUM → LARGE
        + token workshop day   create   expires in 13 d, renewBefore is 14 d
                                        value sha256:07aa41… → new
        - vibe-worker-12       delete   not wanted
        = 9 apps, 1 secret scope: as wanted

      Plan: 2 to create, 1 to change, 1 to delete.
      "
    `)
  })

  it('says what is in the way and how to get it out of the way', () => {
    const blockers = [{ code: 'WO-2010', name: 'vibe-hub', message: 'somebody else made this app' }] as const
    expect(show({ blockers })).toMatchInlineSnapshot(`
      "  ! vibe-hub   WO-2010   somebody else made this app
                               choose another workers.namePrefix, or set adoptionPolicy: Force if it is yours

      No change. 1 thing in the way.
      "
    `)
  })

  it('says that nothing changes', () => {
    expect(show({ inSync: { App: 3 } })).toMatchInlineSnapshot(`
      "  = 3 apps: as wanted

      No change.
      "
    `)
    const none = action({ kind: 'App', name: 'vibe-hub', action: 'none', message: '' })
    expect(hasChanges({ workshop: '', actions: [none], blockers: [], inSync: {} })).toBe(false)
  })
})
