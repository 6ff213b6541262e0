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

  it('fills in nothing inside a list, where tools compare the whole', () => {
    const within = [...fieldsOf(crdSchema)].filter(
      ([path, field]) => path.includes('[]') && field.default !== undefined,
    )
    expect(within.map(([path]) => path).filter((path) => path.startsWith('spec'))).toEqual([])
  })

  it('explains every field', async () => {
    const one = (text: string) => text.replaceAll(/\s+/g, ' ').trim()
    const groups = [...fieldsOf(crdSchema)].filter(([path, { properties, items }]) => {
      return path !== 'metadata' && (properties ?? items?.properties) !== undefined
    })
    expect(groups.length).toBeGreaterThan(30)
    for (const [path, { properties, items }] of groups) {
      const page = one(await plane.run(['explain', `ws.${path.replaceAll('[]', '')}`]))
      for (const [name, { description = '' }] of Object.entries(properties ?? items?.properties ?? {})) {
        expect(description, `${path}.${name}`).not.toBe('')
        expect(page, `${path}.${name}`).toContain(one(description))
      }
    }
    expect(await plane.run(['explain', 'ws.spec.workers.namePrefix'])).toContain('<namePrefix>-hub')
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

describe('kubectl', () => {
  const names = ['workshop/x', 'workshops/x', 'ws/x', 'workshops.vibeworkshop.dev/x']

  it('knows it by its names and categories', async () => {
    await plane.run(['apply', '-f', '-'], small('x'))
    for (const name of names) expect(await plane.run(['get', name, '-o', 'name'])).toBe('workshop.vibeworkshop.dev/x\n')
    for (const category of ['all', 'workshops'])
      expect(await plane.run(['get', category, '-o', 'name'])).toContain('workshop.vibeworkshop.dev/x')
    const [, row = ''] = (await plane.run(['api-resources', '--api-group=vibeworkshop.dev'])).split(/\n(?=workshops )/)
    expect(row).toMatch(/^workshops +ws +vibeworkshop.dev\/v1alpha1 +true +Workshop/)
  })

  it.for([
    ['as kubectl always did', []],
    ['server-side', ['--server-side']],
  ] as const)('applies twice without a difference, %s', async ([, how]) => {
    const text = small(`again${how.length}`)
    const apply = () => plane.run(['apply', ...how, '-f', '-', '-o', 'jsonpath={.metadata.resourceVersion}'], text)
    await apply()
    // The server writes the default of status down with the second write, whoever it comes from.
    const second = await apply()
    expect(await apply()).toBe(second)
    expect(await get(`again${how.length}`, '{.metadata.generation}')).toBe('1')
    expect(await plane.kubectl(['diff', ...how, '-f', '-'], text)).toMatchObject({ code: 0, out: '' })
    const changed = small(`again${how.length}`, '  workers: {replicas: 3}')
    expect((await plane.kubectl(['diff', ...how, '-f', '-'], changed)).out).toContain('+    replicas: 3')
  })

  it('does not fight over replicas that somebody else scales', async () => {
    const text = small('scaled')
    await plane.run(['apply', '--server-side', '--field-manager=gitops', '-f', '-'], text)
    await plane.run(['scale', 'ws/scaled', '--replicas=7'])
    await plane.run(['apply', '--server-side', '--field-manager=gitops', '-f', '-'], text)
    expect(await get('scaled', '{.spec.workers.replicas}')).toBe('7')
    expect((await plane.kubectl(['diff', '--server-side', '--field-manager=gitops', '-f', '-'], text)).code).toBe(0)
  })

  it('shows, waits for and describes what the status says', async () => {
    const transition = {
      lastTransitionTime: '2026-01-01T00:00:00Z',
      reason: 'Succeeded',
      message: '3 of 3 apps are ready',
    }
    const report = (status: 'True' | 'False', observedGeneration: number) =>
      plane.run([
        ...['patch', 'ws', 'x', '--subresource=status', '--type=merge', '-p'],
        JSON.stringify({
          status: {
            observedGeneration,
            summary: { workers: '2/2', participants: '4', sessions: '1/60' },
            workers: { current: 2 },
            conditions: [{ type: 'Ready', status, observedGeneration, ...transition }],
          },
        }),
      ])
    const wait = (...more: readonly string[]) => plane.kubectl(['wait', 'ws/x', ...more, '--timeout=2s'])
    await report('True', 1)
    expect((await wait('--for=condition=Ready')).code).toBe(0)
    expect((await wait('--for=jsonpath={.status.summary.workers}=2/2')).code).toBe(0)
    expect(await plane.run(['get', 'ws', 'x', '-o', 'wide'])).toMatch(
      /x +True +2\/2 +4 +1\/60 +\d+s +3 of 3 apps are ready/,
    )
    expect(await plane.run(['get', 'ws', 'x', '--subresource=scale', '-o', 'jsonpath={.status.replicas}'])).toBe('2')
    expect(await plane.run(['describe', 'ws', 'x'])).toMatch(
      /Spec:.*Participants:.*Status:.*3 of 3 apps are ready.*Events:/s,
    )
    // What is true of an older spec does not count.
    await plane.run(['patch', 'ws', 'x', '--type=json', '-p', '[{"op":"replace","path":"/spec/suspend","value":true}]'])
    expect((await wait('--for=condition=Ready')).code).toBe(1)
    await report('False', 2)
    expect((await wait('--for=condition=Ready=false')).code).toBe(0)
  })

  it('leaves the status alone when the spec is written, and the other way round', async () => {
    const both = { spec: { suspend: false }, status: { url: 'https://forged.example.net' } }
    await plane.run(['patch', 'ws', 'x', '--type=merge', '-p', JSON.stringify(both)])
    expect(await get('x', '{.spec.suspend}:{.status.url}')).toBe('false:')
    const other = { spec: { suspend: true }, status: { url: 'https://day.example.net' } }
    await plane.run(['patch', 'ws', 'x', '--subresource=status', '--type=merge', '-p', JSON.stringify(other)])
    expect(await get('x', '{.spec.suspend}:{.status.url}')).toBe('false:https://day.example.net')
  })

  it('edits it, and is told what is wrong with an edit', async () => {
    const edit = (script: string) => plane.kubectl(['edit', 'ws/x'], '', { KUBE_EDITOR: `sed -i ${script}` })
    expect((await edit("'s/perUser: 3$/perUser: 2/'")).out).toContain('edited')
    expect(await get('x', '{.spec.sessions.perUser}')).toBe('2')
    const bad = await edit("'s/perUser: 2$/perUser: 200/'")
    expect(bad.code).toBe(1)
    expect(bad.err).toContain('workshops.vibeworkshop.dev "x" is invalid')
    expect(await get('x', '{.spec.sessions.perUser}')).toBe('2')
  })

  it('deletes it', async () => {
    expect(await plane.run(['delete', 'ws', 'x', '--timeout=10s'])).toContain('"x" deleted')
    expect((await plane.kubectl(['get', 'ws', 'x'])).err).toContain('NotFound')
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
