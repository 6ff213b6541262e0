/** Specs that come from git: which revision is in force, and when it is looked for. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { until } from '../../support/bench-fleet.ts'
import { type GitBench, spec, specs, startGitBench, without } from './bench.ts'

let bench: GitBench
afterEach(() => bench.close())

const names = (...list: readonly string[]) => list.map((name) => `default/${name}`).sort()
const commitOf = (text: string | undefined) => text?.split(':').at(-1)

it('brings every spec of a branch, with the revision for people and the commit in it', async () => {
  bench = await startGitBench({ ...specs('one', 'two'), 'README.md': 'not a spec' })
  const source = await bench.open()
  expect([...source.keys()].sort()).toEqual(names('one', 'two'))
  const { origin, uri } = source.get('default/one') ?? {}
  expect(origin).toEqual({ revision: `main@sha1:${bench.server.git('rev-parse', 'HEAD')}` })
  expect(uri).toBe(`git:${bench.server.url}#main:one.workshop.yaml`)
})

it.for([
  ['the branch that the remote calls its own', '', 'main'],
  ['a branch', '#branch=next', 'next'],
  ['an annotated tag', '#v1.0.0', 'v1.0.0'],
  ['a version range', '#semver=^1.0', 'v1.2.0'],
  ['a commit', '#commit', ''],
])('follows %s', async ([, fragment = '', name = '']) => {
  bench = await startGitBench(specs('first'))
  const { git, push } = bench.server
  git('tag', '-a', '-m', 'one', 'v1.0.0')
  const tagged = git('rev-parse', 'HEAD')
  await push(specs('second'))
  git('tag', 'v1.2.0')
  git('tag', 'v2.0.0')
  git('push', '-q', '--tags', 'origin')
  git('push', '-q', 'origin', 'HEAD:next')
  const source = await bench.open(fragment === '#commit' ? `#${tagged}` : fragment)
  const wanted = fragment === '#commit' || name === 'v1.0.0' ? tagged : git('rev-parse', 'HEAD')
  const { revision } = source.get('default/first')?.origin ?? {}
  expect(revision).toBe(`${name || tagged.slice(0, 12)}@sha1:${wanted}`)
  expect(source.keys()).toHaveLength(wanted === tagged ? 1 : 2)
})

it('takes a push as a whole, in one change, and says nothing when nothing changed', async () => {
  bench = await startGitBench(specs('one', 'two'))
  const source = await bench.open()
  const before = bench.server.requests()
  await until('three looks', bench.server.requests, (now) => now > before + 6)
  expect(bench.changes()).toEqual([])
  const commit = await bench.server.push({
    'one.workshop.yaml': spec('one', { users: 'grace@example.com' }),
    ...specs('three'),
  })
  await until('the change', bench.changes, (all) => all.length > 0)
  expect(bench.changes()).toEqual([names('one', 'three', 'two')])
  expect(source.get('default/two')?.origin?.revision).toBe(`main@sha1:${commit}`)
})

it('keeps the last good revision, whole, while one document of the next is broken', async () => {
  bench = await startGitBench(specs('one', 'two'))
  const good = bench.server.git('rev-parse', 'HEAD')
  const source = await bench.open()
  const bad = await bench.server.push({
    'one.workshop.yaml': `${spec('one')}  workers: {replicas: [`,
    'two.workshop.yaml': spec('two', { users: 'grace@example.com' }),
  })
  const wish = await until(
    'the refusal',
    () => source.get('default/one'),
    (now) => now?.problems.length === 1,
  )
  expect(wish?.problems[0]).toMatchObject({ code: 'WO-1002', where: 'one.workshop.yaml' })
  expect(commitOf(wish?.origin?.revision)).toBe(good)
  expect(commitOf(wish?.origin?.attempted)).toBe(bad)
  const other = source.get('default/two')
  expect(other?.workshop.spec.participants.users).toEqual(['ada@example.com'])
  expect(other?.problems).toEqual([])
  expect(other?.origin?.problem).toContain('is not taken')
  await bench.server.push(specs('one'))
  await until(
    'well again',
    () => source.get('default/two'),
    (now) => now?.origin?.problem === undefined && now?.workshop.spec.participants.users[0] === 'grace@example.com',
  )
})

it('refuses a revision in which two files name one Workshop', async () => {
  bench = await startGitBench(specs('one'))
  const source = await bench.open()
  await bench.server.push({ 'another.workshop.yaml': spec('one', { users: 'eve@example.com' }) })
  await until('the refusal', source.problems, (problems) => problems.length > 0)
  expect(source.problems()[0]).toMatchObject({ code: 'WO-1150' })
  expect(source.get('default/one')?.workshop.spec.participants.users).toEqual(['ada@example.com'])
})

it('does not wait for a silent server longer than it was told, and leaves no git behind', async () => {
  bench = await startGitBench(specs('one'))
  const source = await bench.open('#main', { timeoutMs: 300 })
  bench.server.answer = 'silent'
  await until('the time-out', source.problems, (problems) => problems[0]?.message.includes('did not answer') === true)
  expect(source.keys()).toEqual(names('one'))
  await source.stop()
  const running = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(running.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  expect(lines.filter((line) => line.includes(bench.server.url))).toEqual([])
})

it('goes on with the last good revision after a restart without the remote, and sees then what went meanwhile', async () => {
  bench = await startGitBench(specs('one', 'two', 'three'))
  await bench.open()
  bench.server.answer = 'unavailable'
  let source = await bench.open()
  expect(source.keys()).toHaveLength(3)
  expect(source.health?.().ok).toBe(true)
  await source.stop()
  bench.server.answer = 'well'
  await bench.server.push(without('one'))
  source = await bench.open()
  await until('one is gone', source.keys, (keys) => keys.length === 2)
  expect(bench.changes().flat()).toContain('default/one')
})

it('is not ready, but alive, when there never was a good revision', async () => {
  bench = await startGitBench(specs('one'))
  bench.server.answer = 'unavailable'
  const source = await bench.open()
  expect(source.health?.().ok).toBe(false)
  expect(source.lastSuccessAt?.()).toBeUndefined()
  bench.server.answer = 'well'
  await until('the first revision', source.keys, (keys) => keys.length === 1)
  expect(source.health?.().ok).toBe(true)
})

it('makes a new mirror when the old one is broken or locked', async () => {
  bench = await startGitBench(specs('one'))
  const source = await bench.open()
  const [id = ''] = await readdir(join(bench.stateDir, 'git'))
  const mirror = join(bench.stateDir, 'git', id, 'mirror.git')
  await writeFile(join(mirror, 'shallow.lock'), '')
  await writeFile(join(mirror, 'HEAD'), 'nonsense')
  await bench.server.push(specs('two'))
  await until('both', source.keys, (keys) => keys.length === 2)
})

it('looks at once when it is told to', async () => {
  bench = await startGitBench(specs('one'))
  const source = await bench.open('#main', { intervalMs: 3_600_000 })
  await bench.server.push(specs('two'))
  source.poll?.()
  await until('both', source.keys, (keys) => keys.length === 2)
})
