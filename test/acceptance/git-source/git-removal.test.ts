import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { until } from '../../support/bench-fleet.ts'
import { type GitBench, spec, specs, startGitBench, without } from './bench.ts'

let bench: GitBench
afterEach(() => bench.close())

const names = (...list: readonly string[]) => list.map((name) => `default/${name}`).sort()
const commitOf = (text: string | undefined) => text?.split(':').at(-1)

it('follows a force-push and takes nothing down for it', async () => {
  bench = await startGitBench(specs('one', 'two'))
  const source = await bench.open()
  bench.server.git('checkout', '-q', '--orphan', 'other')
  const commit = await bench.server.push({ 'one.workshop.yaml': spec('one', { users: 'grace@example.com' }) })
  const wish = await until(
    'the new history',
    () => source.get('default/one'),
    (now) => commitOf(now?.origin?.revision) === commit,
  )
  expect(wish?.workshop.spec.participants.users).toEqual(['grace@example.com'])
  expect([...source.keys()].sort()).toEqual(names('one', 'two'))
})

it('waits for a person when a commit is empty', async () => {
  bench = await startGitBench(specs('one', 'two'))
  const source = await bench.open()
  const empty = await bench.server.push(without('one', 'two'))
  const wish = await until(
    'the hold',
    () => source.get('default/one'),
    (now) => now?.origin?.removal !== undefined,
  )
  expect(commitOf(wish?.origin?.attempted)).toBe(empty)
  expect(wish?.origin?.removal).toContain('no Workshop at all')
  expect(source.keys()).toHaveLength(2)
  expect(source.confirmRemoval?.('default/one')).toBe(true)
  await until('one is let go', source.keys, (keys) => keys.length === 1)
  expect(source.keys()).toEqual(['default/two'])
  expect(source.confirmRemoval?.('default/one')).toBe(false)
})

it('waits when more than half goes at once; one confirmed removal does not let the rest go', async () => {
  bench = await startGitBench(specs('a', 'b', 'c', 'd', 'e'))
  const source = await bench.open()
  const commit = await bench.server.push({
    ...without('a', 'b', 'c'),
    'd.workshop.yaml': spec('d', { users: 'x@example.com' }),
  })
  await until(
    'the hold',
    () => source.get('default/a'),
    (now) => now?.origin?.removal !== undefined,
  )
  expect(commitOf(source.get('default/a')?.origin?.revision)).not.toBe(commit)
  expect(commitOf(source.get('default/d')?.origin?.revision)).toBe(commit)
  source.confirmRemoval?.('default/a')
  await until('a is let go', source.keys, (keys) => keys.length === 4)
  const before = bench.server.requests()
  await until('more looks', bench.server.requests, (now) => now > before + 4)
  expect([...source.keys()].sort()).toEqual(names('b', 'c', 'd', 'e'))
})

it('lets one of several go at once, but not when its annotation or the operator forbids it', async () => {
  bench = await startGitBench({
    ...specs('one', 'two', 'three'),
    'kept.workshop.yaml': spec('kept', { annotations: '{vibeworkshop.dev/prune: disabled}' }),
  })
  let source = await bench.open()
  await bench.server.push(without('one', 'kept'))
  await until('one is gone', source.keys, (keys) => !keys.includes('default/one'))
  expect([...source.keys()].sort()).toEqual(names('kept', 'three', 'two'))
  expect(source.get('default/kept')?.origin?.removal).toContain('annotation')
  source = await bench.open('#main', { prune: false })
  await bench.server.push(without('two'))
  await until(
    'the hold',
    () => source.get('default/two'),
    (now) => now?.origin?.removal !== undefined,
  )
  expect(source.keys()).toHaveLength(3)
})

it('takes nothing down when the path, the branch or the repository is gone', async () => {
  bench = await startGitBench({ 'events/one.workshop.yaml': spec('one'), 'events/two.workshop.yaml': spec('two') })
  const source = await bench.open('#main:events')
  const { server } = bench
  const isTold = (code: string) =>
    until(code, source.problems, (problems) => problems[0]?.code === code).then(() =>
      expect(source.keys()).toHaveLength(2),
    )
  server.git('mv', 'events', 'moved')
  await server.push({})
  await isTold('WO-1171')
  server.answer = 'unavailable'
  await isTold('WO-1170')
  server.answer = 'well'
  await isTold('WO-1171')
  server.git('push', '-q', 'origin', 'HEAD:next')
  server.git('--git-dir', join(server.work, '..', 'room.git'), 'symbolic-ref', 'HEAD', 'refs/heads/next')
  server.git('push', '-q', 'origin', ':main')
  await until(
    'no branch',
    source.problems,
    (problems) => problems[0]?.message.includes('no branch or tag main') === true,
  )
  expect(source.keys()).toHaveLength(2)
})
