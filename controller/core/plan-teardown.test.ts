import { describe, expect, it } from 'vitest'
import { planTeardown } from './plan-teardown.ts'
import { found, wanted } from './planning.fixture.ts'

describe('taking down', () => {
  const desired = wanted()
  const target = {
    key: desired.key,
    marker: desired.marker,
    scope: 'vibe-workshop',
    secretKey: 'token',
    folder: desired.names.folder,
  }
  it('deletes apps first, the rest when they are gone', () => {
    const { plan } = planTeardown(target, found(desired, { 'vibe-worker-8': { description: 'not ours' } }))
    expect(plan.actions.map(({ key, pending }) => `${key}${pending ? ' …' : ''}`)).toEqual([
      'App/vibe-hub',
      'App/vibe-worker-1',
      'App/vibe-worker-2',
      'SecretScope/vibe-workshop …',
      'Token/t1 …',
      'WorkspaceFolder/workshop …',
    ])
  })
  it('keeps a scope of somebody else and takes only its own keys', () => {
    const scope = { keys: ['token', 'token.record', 'theirs'] }
    const { plan } = planTeardown(target, { ...found(desired, {}, { scope }), apps: new Map() })
    expect(plan.actions.filter(({ kind }) => kind === 'Secret').map(({ name }) => name)).toEqual([
      'vibe-workshop.token',
      'vibe-workshop.token.record',
    ])
  })
})
