import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
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

it('writes no symbolic link, reads no file outside the snapshot and takes no spec that is a link', async () => {
  bench = await startGitBench(specs('one'))
  const source = await bench.open()
  const outside = join(bench.stateDir, 'secret.csv')
  await writeFile(outside, 'email\nstolen@example.com\n')
  const withRoster = (file: string) =>
    spec('one').replace(/participants: .*/, `participants: {usersFrom: [{file: ${file}}]}`)
  const isRefused = async (code: string) => {
    const { problem } =
      (await until(
        code,
        () => source.get('default/one')?.origin,
        (now) => now?.problem?.includes(code) === true,
      )) ?? {}
    expect(problem).not.toContain('stolen')
  }
  await bench.server.push({ 'one.workshop.yaml': withRoster('../../../../secret.csv') })
  await isRefused('WO-1175')
  await bench.server.push({ 'one.workshop.yaml': withRoster(outside) })
  await isRefused('WO-1175')
  await bench.server.push({ 'one.workshop.yaml': withRoster('roster.csv'), 'roster.csv': { link: outside } })
  await isRefused('WO-1131')
  await bench.server.push({ 'one.workshop.yaml': { link: 'roster.csv' }, 'roster.csv': null })
  await isRefused('WO-1175')
  expect(source.get('default/one')?.workshop.spec.participants.users).toEqual(['ada@example.com'])
})

it('opens variables and profiles to specs from git only where the operator named them', async () => {
  const env = '  credentials: {token: {env: MODEL_TOKEN}}'
  bench = await startGitBench({ 'one.workshop.yaml': spec('one', { spec: env }) })
  let source = await bench.open()
  expect(source.keys()).toEqual([])
  expect(source.problems()[0]).toMatchObject({ code: 'WO-1175', where: 'spec.credentials.token.env' })
  source = await bench.open('#main', { allowedEnv: ['MODEL_TOKEN'] })
  expect(source.keys()).toHaveLength(1)
  await bench.server.push({ 'one.workshop.yaml': spec('one', { spec: '  workspaceRef: {profile: admin}' }) })
  await until('the refusal', source.problems, (problems) => problems[0]?.where === 'spec.workspaceRef.profile')
})

it('refuses a snapshot beyond its limits and goes on', async () => {
  bench = await startGitBench(specs('one'))
  const source = await bench.open()
  await bench.server.push({ 'big.bin': 'x'.repeat(10_000_001) })
  await until('the refusal', source.problems, (problems) => problems[0]?.code === 'WO-1172')
  expect(source.keys()).toHaveLength(1)
})

it('takes signed commits only, of the signers that are allowed', async () => {
  bench = await startGitBench(specs('one'))
  const { git, work } = bench.server
  const { execFileSync } = await import('node:child_process')
  const keygen = (name: string) =>
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(bench.stateDir, name)])
  keygen('ada')
  keygen('eve')
  const allowed = join(bench.stateDir, 'allowed')
  await writeFile(allowed, `ada@example.com ${await readFile(join(bench.stateDir, 'ada.pub'), 'utf8')}`)
  const sign = async (who: string, content: string) => {
    await writeFile(join(work, 'one.workshop.yaml'), content)
    git('add', '-A')
    const key = ['-c', 'gpg.format=ssh', '-c', `user.signingKey=${join(bench.stateDir, who)}`]
    git(...key, 'commit', '-q', '-S', '-m', 'signed')
    git('push', '-q', 'origin', 'HEAD:main')
  }
  const source = await bench.open('#main', { verifyCommits: allowed })
  expect(source.problems()[0]?.code).toBe('WO-1173')
  expect(source.keys()).toEqual([])
  await sign('ada', spec('one', { users: 'grace@example.com' }))
  await until('the signed one', source.keys, (keys) => keys.length === 1)
  await sign('eve', spec('one', { users: 'eve@example.com' }))
  await until('the refusal', source.problems, (problems) => problems[0]?.code === 'WO-1173')
  expect(source.get('default/one')?.workshop.spec.participants.users).toEqual(['grace@example.com'])
})

it('decrypts what SOPS encrypted with the sops that is there, and keeps the plain text off the disk', async () => {
  const hidden = (format: string) => `${format}\nsops:\n    mac: ENC[AES256_GCM,data:x]\n`
  bench = await startGitBench({ 'one.workshop.yaml': hidden('kind: ENC[AES256_GCM,data:y]') })
  let source = await bench.open()
  expect(source.problems()[0]).toMatchObject({ code: 'WO-1174', fix: 'install sops beside the controller' })
  // Stands in for the program: it answers only the call and the key that SOPS would take.
  const bin = join(bench.stateDir, 'bin')
  await mkdir(bin)
  const plain = spec('one', { users: 'hidden@example.com' })
  const program = `#!/bin/sh\n[ "$1" = -d ] && [ "$SOPS_AGE_KEY" = key ] && grep -q AES256 "$2" || exit 1\ncat <<'END'\n${plain}END\n`
  await writeFile(join(bin, 'sops'), program)
  await chmod(join(bin, 'sops'), 0o700)
  source = await bench.open('#main', {}, { PATH: `${bin}:${process.env['PATH']}`, SOPS_AGE_KEY: 'key' })
  expect(source.get('default/one')?.workshop.spec.participants.users).toEqual(['hidden@example.com'])
  const files = await readdir(join(bench.stateDir, 'git'), { recursive: true, withFileTypes: true })
  const texts = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
  )
  expect(texts.join('')).toContain('AES256')
  expect(texts.join('')).not.toContain('hidden@example.com')
})

it('looks at once when it is told to', async () => {
  bench = await startGitBench(specs('one'))
  const source = await bench.open('#main', { intervalMs: 3_600_000 })
  await bench.server.push(specs('two'))
  source.poll?.()
  await until('both', source.keys, (keys) => keys.length === 2)
})
