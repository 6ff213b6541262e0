import type { Action } from '@workshop/contracts/plan'
import { expect, it } from 'vitest'
import { type Attempts, holdBack, remember } from './attempts.ts'
import { assemble, step } from './steps.ts'

const patience = { firstMs: 1_000, maxMs: 300_000 }
const wish = (message = 'm', wanted = 'LARGE') =>
  step(
    {
      kind: 'App',
      name: 'a',
      action: 'update',
      reason: 'Drifted',
      message,
      changes: [{ path: 'size', wanted, found: 'MEDIUM' }],
    },
    { do: 'startApp', name: 'a' },
  )
const done = (at: number) => [{ key: 'App/a', outcome: 'done', startedAt: at, endedAt: at } as const]

it('asks at most 25 times in the first hour for what never comes true', () => {
  let attempts: Attempts = new Map()
  let tries = 0
  for (let now = 0; now < 3_600_000; now += 500) {
    const planned = holdBack(assemble('w', [{ steps: [wish(`at ${now}`)] }]), attempts, now, patience)
    const isNow = planned.plan.actions[0]?.pending === undefined
    if (isNow) tries += 1
    attempts = remember(attempts, planned.plan.actions, isNow ? done(now) : [])
  }
  expect(tries).toBeGreaterThan(10)
  expect(tries).toBeLessThanOrEqual(25)
})

it('starts afresh for another wish and forgets what came true', () => {
  const actions = (steps: readonly ReturnType<typeof wish>[]): readonly Action[] =>
    assemble('w', [{ steps }]).plan.actions
  const attempts = remember(new Map(), actions([wish()]), done(0))
  expect(holdBack(assemble('w', [{ steps: [wish()] }]), attempts, 10, patience).plan.actions[0]?.pending).toContain(
    'tried once',
  )
  expect(
    holdBack(assemble('w', [{ steps: [wish('m', 'XL')] }]), attempts, 10, patience).plan.actions[0]?.pending,
  ).toBeUndefined()
  expect(remember(attempts, [], []).size).toBe(0)
})
