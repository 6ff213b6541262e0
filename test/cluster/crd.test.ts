/** The CRD as the API server takes it, with the real kubectl; its rules also as they run without a cluster. */
import { crdSchema } from '@workshop/contracts/crd-schema'
import { fieldsOf, type Schema } from '@workshop/contracts/schema'
import { validateWorkshop } from '@workshop/contracts/validate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type ControlPlane, startControlPlane } from './control-plane.ts'

let plane: ControlPlane
beforeAll(async () => {
  plane = await startControlPlane()
})
afterAll(() => plane?.stop())

const small = (name: string, spec = '') => `apiVersion: vibeworkshop.dev/v1alpha1
kind: Workshop
metadata: {name: ${name}}
spec:
  participants: {users: [ada@example.com]}
${spec}`

const get = (name: string, path: string) => plane.run(['get', 'ws', name, '-o', `jsonpath=${path}`])

/** Specs that break exactly one rule each: under `spec`, without participants. */
const broken: Readonly<Record<string, string>> = {
  'exactly one of bundle, git and workspacePath': '  source: {bundle: {}, workspacePath: /Workspace/Shared/worker}',
  'exactly one of branch, tag and commit':
    '  source: {git: {url: "https://git.example.com/w.git", branch: main, tag: v1}}',
  'exactly one of issue, secretRef, env and file': '  credentials: {token: {env: TOKEN, file: token.txt}}',
  'exactly one of sqlWarehouse, servingEndpoint and volume': '  resources: [{name: empty-one}]',
  'exactly one of profile and secretRef': '  workspaceRef: {profile: one, secretRef: {name: two}}',
  'exactly one of file, secretRef and configMapRef': 'usersFrom: [{file: a.csv, secretRef: {name: b, key: c}}]',
  'name at least one of users, usersFrom or groups': 'facilitators: [ada@example.com]',
}

function* rulesOf(schema: Schema): Generator<{ readonly rule: string; readonly message: string }> {
  yield* schema['x-kubernetes-validations'] ?? []
  for (const [, field] of fieldsOf(schema)) {
    yield* field['x-kubernetes-validations'] ?? []
    if (field.items) yield* field.items['x-kubernetes-validations'] ?? []
  }
}

describe('the Workshop resource', () => {
  it('applies with its defaults, and is not ready before somebody looked', async () => {
    await plane.run(['apply', '-f', '-'], small('plain'))
    expect(await get('plain', '{.spec.workers.replicas} {.spec.sessions.perUser}')).toBe('1 3')
    expect(await get('plain', '{.status.observedGeneration}')).toBe('-1')
    const columns = (await plane.run(['get', 'workshops', '-o', 'wide'])).split('\n')[0]?.split(/\s+/).filter(Boolean)
    expect(columns).toEqual(['NAME', 'READY', 'WORKERS', 'PARTICIPANTS', 'SESSIONS', 'AGE', 'MESSAGE'])
    expect(await plane.run(['get', 'all', '-o', 'name'])).toContain('workshop.vibeworkshop.dev/plain')
    const wait = await plane.kubectl(['wait', '--for=condition=Ready', 'ws/plain', '--timeout=1s'])
    expect(wait.code).toBe(1)
  })

  it('explains every field', async () => {
    const bare = [...fieldsOf(crdSchema)].filter(([path, field]) => !field.description && path !== 'metadata')
    expect(bare.map(([path]) => path)).toEqual([])
    const page = await plane.run(['explain', 'ws.spec.workers.namePrefix'])
    expect(page).toContain('<namePrefix>-hub')
  })

  it('scales, patches, refuses what nobody knows and is the same for both ways of applying', async () => {
    await plane.run(['scale', 'ws/plain', '--current-replicas=1', '--replicas=4'])
    expect(await get('plain', '{.spec.workers.replicas}')).toBe('4')
    const scale = await plane.run(['get', 'ws', 'plain', '--subresource=scale', '-o', 'jsonpath={.spec.replicas}'])
    expect(scale).toBe('4')
    await plane.run(['patch', 'ws', 'plain', '--type=merge', '-p', '{"spec":{"suspend":true}}'])
    expect(await get('plain', '{.spec.suspend} {.metadata.generation}')).toBe('true 3')
    await plane.run(['apply', '--server-side', '--force-conflicts', '-f', '-'], small('plain'))
    expect(await get('plain', '{.spec.workers.replicas}')).toBe('4')
    const typo = await plane.kubectl(['apply', '-f', '-'], small('typo', '  workers: {replica: 3}'))
    expect(typo.err).toContain('unknown field "spec.workers.replica"')
    const many = await plane.kubectl(['scale', 'ws/plain', '--replicas=100'])
    expect(many.err).toContain('should be less than or equal to 99')
  })

  it('keeps the names of the apps, whichever way the prefix came', async () => {
    const rename = async (name: string, prefix: string | null) =>
      plane.kubectl([
        'patch',
        'ws',
        name,
        '--type=merge',
        '-p',
        JSON.stringify({ spec: { workers: { namePrefix: prefix } } }),
      ])
    const message = 'spec.workers.namePrefix names the apps and cannot be changed'
    expect((await rename('plain', 'other')).err).toContain(message)
    expect((await rename('plain', 'plain')).code).toBe(0)
    expect((await rename('plain', null)).code).toBe(0)
    await plane.run(['apply', '-f', '-'], small('named', '  workers: {namePrefix: vibe}'))
    expect((await rename('named', null)).err).toContain(message)

    const spec = (prefix: string) => parse(small('named', `  workers: {namePrefix: ${prefix}}`))
    const before = validateWorkshop(spec('vibe')).workshop
    expect(validateWorkshop(spec('vibe'), before).problems).toEqual([])
    expect(validateWorkshop(spec('other'), before).problems[0]?.message).toContain(message)
  })
})

describe('the rules between fields', () => {
  it('are all tried here, on both engines', () => {
    const about = [...rulesOf(crdSchema)].filter(({ rule }) => !rule.includes('oldSelf'))
    expect(Object.keys(broken).sort()).toEqual([...new Set(about.map(({ message }) => message))].sort())
  })

  it.for(Object.entries(broken))('%s', async ([message, more]) => {
    const text = more.startsWith(' ')
      ? small('bad', more)
      : small('bad').replace('{users: [ada@example.com]}', `{${more}}`)
    const { code, err } = await plane.kubectl(['create', '--dry-run=server', '-f', '-'], text)
    expect(code).toBe(1)
    expect(err).toContain(message)
    expect(validateWorkshop(parse(text)).problems.map((problem) => problem.message)).toContain(message)
  })

  it('let through what they should, on both engines', async () => {
    for (const [at, more] of [
      '  source: {git: {url: "https://git.example.com/w.git", tag: v1}}',
      '  source: {workspacePath: /Workspace/Shared/worker}',
      '  credentials: {token: {env: TOKEN}}',
      '  resources: [{name: warehouse, sqlWarehouse: {id: abc, permission: CAN_USE}}]',
    ].entries()) {
      const text = small(`good-${at}`, more)
      await plane.run(['create', '--dry-run=server', '-f', '-'], text)
      expect(validateWorkshop(parse(text)).problems).toEqual([])
    }
  })
})
