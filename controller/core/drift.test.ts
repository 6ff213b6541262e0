import type { Action, Plan } from '@workshop/contracts/plan'
import { expect, it } from 'vitest'
import type { Desired } from './desired.ts'
import { driftOf } from './drift.ts'

const desired = { apps: ['a'] } as unknown as Desired
const action = (over: Partial<Action>): Action => ({
  key: `${over.kind ?? 'App'}/a`,
  action: 'update',
  kind: 'App',
  name: 'a',
  reason: 'Drifted',
  message: '',
  changes: [],
  after: [],
  ...over,
})
const plan = (...actions: readonly Action[]): Plan => ({ workshop: 'x/y', actions, blockers: [], inSync: {} })
const settled = { desired, plan: plan() }
const edited = action({ changes: [{ path: 'resources[0].name', wanted: 'a', found: 'b' }] })

it.each([
  ['an edited field by its name', [edited], ['App resources']],
  [
    'a lost app once, without what only hangs on it',
    [
      action({ action: 'create', reason: 'Missing' }),
      action({ kind: 'Permissions', reason: 'Missing', after: ['App/a'] }),
      action({ kind: 'FleetFile', reason: 'SpecChanged' }),
    ],
    ['App missing'],
  ],
  ['a foreign grant', [action({ kind: 'Permissions', reason: 'NotWanted' })], ['Permissions notwanted']],
  ['nothing for a token that is due', [action({ kind: 'Token', reason: 'Expiring' })], []],
  ['nothing while the platform is at it', [action({ kind: 'Deployment', reason: 'InProgress' })], []],
] as const)('counts %s', (_name, actions, found) => {
  expect(driftOf(settled, { desired, plan: plan(...actions) }).map(({ kind, field }) => `${kind} ${field}`)).toEqual(
    found,
  )
})

it.each([
  ['at the first look', undefined],
  ['while a change is under way', { desired, plan: plan(edited) }],
  ['when something else is wanted than before', { desired: {} as Desired, plan: plan() }],
])('counts nothing %s', (_name, before) => {
  expect(driftOf(before, { desired, plan: plan(edited) })).toEqual([])
})
