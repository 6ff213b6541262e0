/** The room beside a Workshop, with the real kubectl: said, shown, kept from tools that put Workshops back, taken back. */
import { roomSchema } from '@workshop/contracts/room-schema'
import { fieldsOf } from '@workshop/contracts/schema'
import { validateRoomSpec } from '@workshop/contracts/validate-room'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Controller } from '../../controller/loop/controller.ts'
import { until } from '../support/bench-fleet.ts'
import { type ClusterFleet, startClusterFleet, workshopText } from './cluster-fleet.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'

let plane: ControlPlane
let fleet: ClusterFleet
let controller: Controller
beforeAll(async () => {
  plane = await startControlPlane()
  fleet = await startClusterFleet(plane)
  controller = await fleet.start()
})
afterAll(async () => {
  await fleet?.close()
  await plane?.stop()
})

const room = (name: string, spec: string) => `apiVersion: vibeworkshop.dev/v1alpha1
kind: WorkshopRoom
metadata: {name: ${name}}
spec: ${spec}
`
const say = (name: string, spec: string) => plane.run(['apply', '-f', '-'], room(name, spec))
const path = (kind: string, name: string, jsonpath: string) =>
  plane.run(['get', kind, name, '-o', `jsonpath=${jsonpath}`])
/** What hub and workers would read in the workspace now. */
const told = async (name: string) => {
  const file = `/Workspace/Users/operator@workshop.test/.workshop-operator/default.${name}/fleet.json`
  const { json } = await fleet.bench.get(`/api/2.0/workspace/export?path=${file}&direct_download=true`)
  return json.room
}

it('is told to hub and workers, and shown with the Workshop', async () => {
  await plane.run(['apply', '-f', '-'], workshopText('day', { replicas: 1 }))
  await plane.run(['wait', '--for=condition=Ready', 'ws/day', '--timeout=60s'])
  await say('day', '{announcement: {text: Lunch is served}, closesAt: "2036-11-21T18:30:00+02:00"}')
  await plane.run(['wait', '--for=condition=Ready', 'wsr/day', '--timeout=30s'])
  expect(await told('day')).toEqual({
    announcement: { text: 'Lunch is served', level: 'info' },
    closesAt: '2036-11-21T16:30:00.000Z',
  })
  expect(JSON.parse(await path('ws', 'day', '{.status.room}'))).toEqual({
    announcement: 'Lunch is served',
    closesAt: '2036-11-21T16:30:00.000Z',
  })
  const [head, line] = (await plane.run(['get', 'wsr'])).split('\n')
  expect(head?.split(/\s+/).filter(Boolean)).toEqual(['NAME', 'READY', 'CLOSES', 'ANNOUNCEMENT', 'AGE'])
  expect(line).toMatch(/day +True +2036-11-21T18:30:00\+02:00 +Lunch is served/)
  expect(await path('ws', 'day', '{.metadata.generation}')).toBe('1')
  expect(controller.activity('default/day').map(({ text }) => text)).toContainEqual(
    expect.stringContaining('announced: Lunch is served'),
  )
})

it('stays as it is while a tool applies the Workshop again every second, and that tool sees no difference', async () => {
  const text = workshopText('healed', { replicas: 1 })
  const applier = ['--server-side', '--field-manager=gitops', '-f', '-']
  await plane.run(['apply', ...applier], text)
  await plane.run(['wait', '--for=condition=Ready', 'ws/healed', '--timeout=60s'])
  await say('healed', '{announcement: {text: Ten more minutes, level: warning}, closesAt: "2036-01-01T10:00:00Z"}')
  const version = async () => path('wsr', 'healed', '{.metadata.generation} {.spec.closesAt}')
  await plane.run(['wait', '--for=condition=Ready', 'wsr/healed', '--timeout=30s'])
  const before = await version()
  for (let round = 0; round < 4; round += 1) {
    await plane.run(['apply', '--force-conflicts', ...applier], text)
    const diff = await plane.kubectl(['diff', ...applier], text)
    expect(diff).toMatchObject({ code: 0, out: '' })
    if (round === 1) await say('healed', '{announcement: {text: Ten more minutes}, closesAt: "2036-01-01T10:10:00Z"}')
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
  expect(before).toBe('1 2036-01-01T10:00:00Z')
  expect(await version()).toBe('2 2036-01-01T10:10:00Z')
  const said = await until(
    'the longer time',
    () => told('healed'),
    (room) => room?.closesAt === '2036-01-01T10:10:00.000Z',
  )
  expect(said.announcement).toEqual({ text: 'Ten more minutes', level: 'info' })
  expect(await path('ws', 'healed', '{.status.room.closesAt} {.metadata.generation}')).toBe(
    '2036-01-01T10:10:00.000Z 1',
  )
})

it('is taken back by an empty one, and by deleting it', async () => {
  const silent = (what: string) =>
    until(
      what,
      () => told('day'),
      (room) => room === undefined,
    )
  await say('day', '{}')
  await silent('the silence')
  await plane.run(['wait', '--for=condition=Ready', 'wsr/day', '--timeout=30s'])
  await say('day', '{announcement: {text: Again}}')
  await until(
    'the next one',
    () => told('day'),
    (room) => room?.announcement?.text === 'Again',
  )
  await plane.run(['delete', 'wsr', 'day'])
  await silent('the silence after it went')
  expect(await path('ws', 'day', '{.status.room}')).toBe('')
})

it('can be written from the control room, and goes with its Workshop then', async () => {
  expect(await controller.setRoom('default/nobody', {})).toBe(false)
  const closesAt = '2036-05-05T10:00:00.000Z'
  await controller.setRoom('default/day', { announcement: { text: 'From here', level: 'info' }, closesAt })
  const owner = '{.metadata.ownerReferences[0].kind}/{.metadata.ownerReferences[0].name}'
  expect(await path('wsr', 'day', `{.spec.announcement.text} ${owner}`)).toBe('From here Workshop/day')
  await plane.run(['wait', '--for=condition=Ready', 'wsr/day', '--timeout=30s'])
  expect(controller.view('default/day')).toMatchObject({ room: { closesAt }, status: { room: { closesAt } } })
  await controller.setRoom('default/day', { closesAt })
  expect(await path('wsr', 'day', '{.spec}')).toBe(JSON.stringify({ closesAt }))
})

it('says so when there is no Workshop of its name, and when the Workshop is suspended', async () => {
  await say('typo', '{announcement: {text: Hello}}')
  const reason = (name: string, wanted: string) =>
    until(
      wanted,
      () => path('wsr', name, '{.status.conditions[0].status} {.status.conditions[0].reason}'),
      (text) => text === `False ${wanted}`,
    )
  await reason('typo', 'NoWorkshop')
  await plane.run(['patch', 'ws', 'healed', '--type=merge', '-p', '{"spec":{"suspend":true}}'])
  await until(
    'the suspension',
    () => controller.view('default/healed'),
    (view) => view?.suspended === true,
  )
  await say('healed', '{announcement: {text: Nobody hears this}}')
  await reason('healed', 'Suspended')
})

it('is open to facilitators who may not touch the Workshop', async () => {
  await plane.run([
    'create',
    'clusterrole',
    'facilitator',
    '--verb=get,list,watch,create,update,patch,delete',
    '--resource=workshoprooms.vibeworkshop.dev',
  ])
  await plane.run(['create', 'rolebinding', 'eve', '--clusterrole=facilitator', '--user=eve'])
  const patch = (kind: string, spec: string) =>
    plane.kubectl(['patch', kind, 'day', '--as=eve', '--type=merge', '-p', spec])
  expect((await patch('wsr', '{"spec":{"announcement":{"text":"by eve"}}}')).code).toBe(0)
  expect((await patch('ws', '{"spec":{"suspend":true}}')).err).toContain(
    'workshops.vibeworkshop.dev "day" is forbidden: User "eve"',
  )
  expect((await patch('wsr', '{"status":{"observedGeneration":9}}')).code).toBe(0)
  expect(await path('wsr', 'day', '{.status.observedGeneration}')).not.toBe('9')
})

describe('its schema', () => {
  it('explains every field', async () => {
    for (const [field] of fieldsOf(roomSchema)) {
      if (field.startsWith('metadata')) continue
      const page = await plane.run(['explain', `wsr.${field.replaceAll('[]', '')}`])
      expect(page, field).toMatch(/DESCRIPTION:\n +\S/)
      expect(page, field).not.toContain('<empty>')
    }
  })

  it.for([
    ['an announcement that says nothing', '{announcement: {text: " "}}', 'an announcement says something'],
    ['a level that nobody knows', '{announcement: {text: x, level: loud}}', 'Unsupported value: "loud"'],
    ['a time that is none', '{closesAt: tomorrow}', 'spec.closesAt'],
    ['a field that nobody knows', '{closeAt: "2036-01-01T10:00:00Z"}', 'unknown field "spec.closeAt"'],
  ] as const)('refuses %s, here and outside', async ([, spec, message]) => {
    const { code, err } = await plane.kubectl(['create', '--dry-run=server', '-f', '-'], room('bad', spec))
    expect(code).toBe(1)
    expect(err).toContain(message)
    const { parse } = await import('yaml')
    expect(validateRoomSpec('bad', parse(spec)).problems).toHaveLength(1)
  })

  it('refuses a name that no Workshop can have', async () => {
    const { err } = await plane.kubectl(['create', '-f', '-'], room('a'.repeat(64), '{}'))
    expect(err).toContain('a room has the name of its Workshop')
    expect(validateRoomSpec('a'.repeat(64), {}).problems).not.toEqual([])
  })

  it('has defaults that two appliers do not fight over', async () => {
    const text = room('twice', '{announcement: {text: Hi}}')
    await plane.run(['apply', '--server-side', '-f', '-'], text)
    expect((await plane.run(['apply', '--server-side', '-f', '-'], text)).trim()).toContain('serverside-applied')
    expect((await plane.kubectl(['diff', '--server-side', '-f', '-'], text)).code).toBe(0)
    expect(await path('wsr', 'twice', '{.metadata.generation}')).toBe('1')
  })
})
