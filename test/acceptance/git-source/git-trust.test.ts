/** How far a repository is trusted: files, variables, sizes, signatures and secrets of its specs. */
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { until } from '../../support/bench-fleet.ts'
import { type GitBench, spec, specs, startGitBench } from './bench.ts'

let bench: GitBench
afterEach(() => bench.close())

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
