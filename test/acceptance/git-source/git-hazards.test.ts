/** What a repository, its host and our own disk do to a git source on bad days; each leaves the last good revision in force. */
import { execFileSync } from 'node:child_process'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { until } from '../../support/bench-fleet.ts'
import { type GitBench, spec, specs, startGitBench, without } from './bench.ts'

let bench: GitBench
afterEach(() => bench.close())

const usersOf = (text: string) => spec('one').replace(/users: .*/, text)

it.for([
  ['a kind that nobody knows', spec('one').replace('kind: Workshop', 'kind: ConfigMap'), 'WO-1003'],
  ['another version of the API', spec('one').replace('v1alpha1', 'v9'), 'WO-1003'],
  ['two documents in one file', `${spec('one')}---\n${spec('other')}`, 'WO-1003'],
  ['an empty document', '', 'WO-1003'],
  ['an alias, which can blow up', usersOf('users: [&a ada@example.com, *a]}'), 'WO-1004'],
  ['a tag, which can make objects', usersOf('users: !!js/function "x"}'), 'WO-1002'],
  ['half of a document', spec('one').slice(0, -12), 'WO-1002'],
  ['a field that nobody knows', spec('one', { spec: '  worker: {}' }), 'WO-1104'],
  ['one person twice', spec('one', { users: 'ada@example.com, ADA@example.com' }), 'WO-1130'],
] as const)('takes nothing of a revision that has %s', async ([, text, code]) => {
  bench = await startGitBench(specs('one', 'two'))
  const source = await bench.open()
  await bench.server.push({ 'one.workshop.yaml': text, 'two.workshop.yaml': spec('two', { users: 'x@example.com' }) })
  await until('the refusal', source.problems, (problems) => problems.length > 0)
  expect(source.problems()[0]).toMatchObject({ code, where: expect.any(String) })
  for (const key of ['default/one', 'default/two'])
    expect(source.get(key)?.workshop.spec.participants.users).toEqual(['ada@example.com'])
})

it('asks nobody for a password, and says that the host wants one', async () => {
  bench = await startGitBench(specs('one'))
  const source = await bench.open()
  bench.server.answer = 'unauthorized'
  const [problem] = await until('the refusal', source.problems, (problems) => problems.length > 0)
  expect(problem).toMatchObject({ code: 'WO-1170' })
  expect(problem?.message).toMatch(/could not read Username|Authentication failed/)
  expect(source.keys()).toEqual(['default/one'])
})

it('judges what is gone by what it ever brought, not by the attempt before', async () => {
  bench = await startGitBench(specs('one', 'two', 'three'))
  const source = await bench.open()
  await bench.server.push({ ...without('three'), 'one.workshop.yaml': 'kind: [' })
  await until('the refusal', source.problems, (problems) => problems.length > 0)
  expect(source.keys()).toHaveLength(3)
  await bench.server.push(specs('one'))
  await until('three is let go', source.keys, (keys) => keys.length === 2)
  expect([...source.keys()].sort()).toEqual(['default/one', 'default/two'])
})

it('reads its snapshot anew when the disk lost it, and takes nothing down meanwhile', async () => {
  bench = await startGitBench(specs('one', 'two'))
  await (await bench.open()).stop()
  const [id = ''] = await readdir(join(bench.stateDir, 'git'))
  await rm(join(bench.stateDir, 'git', id, 'snapshots'), { recursive: true })
  const source = await bench.open()
  await until('both again', source.keys, (keys) => keys.length === 2)
  expect(bench.changes()).toEqual([])
})

it('takes nothing down for want of an inventory', async () => {
  bench = await startGitBench(specs('one', 'two'))
  await (await bench.open()).stop()
  await bench.server.push(without('two'))
  const [id = ''] = await readdir(join(bench.stateDir, 'git'))
  await writeFile(join(bench.stateDir, 'git', id, 'inventory.json'), '{"entries": [')
  const source = await bench.open()
  expect(source.keys()).toEqual(['default/one'])
  expect(bench.changes()).toEqual([])
})

it('believes no status and no uid that somebody wrote into git', async () => {
  const forged = `${spec('one')}status: {url: "https://evil.example.net", observedGeneration: 99}\n`
  bench = await startGitBench({
    'one.workshop.yaml': forged.replace('{name: one,', '{name: one, uid: abc, generation: 9,'),
  })
  const source = await bench.open()
  expect(source.keys()).toEqual(['default/one'])
  expect(source.get('default/one')?.object).toBeUndefined()
})

it('does not follow a submodule', async () => {
  bench = await startGitBench(specs('one'))
  const { git, work } = bench.server
  git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', join(dirname(work), 'room.git'), 'nested')
  git('commit', '-q', '-m', 'nested')
  git('push', '-q', 'origin', 'HEAD:main')
  const source = await bench.open()
  expect(source.keys()).toEqual(['default/one'])
  const files = await readdir(join(bench.stateDir, 'git'), { recursive: true })
  expect(files.filter((file) => file.includes('nested'))).toEqual([])
})

it('makes one look of many pushes at once', async () => {
  bench = await startGitBench(specs('one'))
  const source = await bench.open('#main', { intervalMs: 3_600_000 })
  const before = bench.server.requests()
  for (let push = 0; push < 200; push += 1) source.poll?.()
  await until('a look', bench.server.requests, (now) => now > before)
  await new Promise((resolve) => setTimeout(resolve, 300))
  // One listing of references; with protocol 2 that is two requests.
  expect(bench.server.requests() - before).toBeLessThanOrEqual(2)
})

it('takes commits that a key of its gpg keyring signed, and no others', async () => {
  bench = await startGitBench(specs('one'))
  const { git, work } = bench.server
  // Where the commits are made, HOME is the folder around them.
  const home = join(dirname(work), '.gnupg')
  await mkdir(home, { mode: 0o700 })
  const gpg = (program: string, ...args: readonly string[]) =>
    execFileSync(program, args, { env: { PATH: process.env['PATH'], GNUPGHOME: home }, stdio: 'ignore' })
  try {
    gpg(
      'gpg',
      '--batch',
      '--passphrase',
      '',
      '--quick-generate-key',
      'Ada <ada@example.com>',
      'ed25519',
      'sign',
      'never',
    )
    const source = await bench.open('#main', { verifyCommits: true }, { GNUPGHOME: home })
    expect(source.problems()[0]?.code).toBe('WO-1173')
    await writeFile(join(work, 'one.workshop.yaml'), spec('one', { users: 'grace@example.com' }))
    git('-c', 'user.signingKey=ada@example.com', 'commit', '-q', '-a', '-S', '-m', 'signed')
    git('push', '-q', 'origin', 'HEAD:main')
    await until('the signed one', source.keys, (keys) => keys.length === 1, 20_000)
    await bench.server.push({ 'one.workshop.yaml': spec('one', { users: 'eve@example.com' }) })
    await until('the refusal', source.problems, (problems) => problems[0]?.code === 'WO-1173', 20_000)
    expect(source.get('default/one')?.workshop.spec.participants.users).toEqual(['grace@example.com'])
  } finally {
    gpg('gpgconf', '--kill', 'all')
  }
})
