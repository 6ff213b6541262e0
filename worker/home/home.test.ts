import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { prepareHome, removeHome } from './home.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'home-test-'))
  mkdirSync(join(root, 'skills', 'bundles'), { recursive: true })
  writeFileSync(join(root, 'skills', 'bundles', 'SKILL.md'), '# Bundles\n')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const options = (change: { sessionId?: string; displayName?: string; skills?: string[] } = {}) => ({
  root: join(root, 'homes'),
  sessionId: change.sessionId ?? 's1',
  person: { email: 'ada@example.com', displayName: change.displayName ?? 'Ada' },
  workshop: { name: 'lakehouse-day', title: 'Lakehouse day' },
  skills: change.skills ?? ['bundles'],
  skillsDir: join(root, 'skills'),
})
const git = (home: string, project: string, ...args: string[]) =>
  execFileSync('git', args, { cwd: project, env: { HOME: home, PATH: process.env['PATH'] }, encoding: 'utf8' }).trim()

describe('a home', () => {
  it('is open to its owner only and hides who that is', async () => {
    const paths = await prepareHome(options())
    for (const path of Object.values(paths)) expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(Object.values(paths).join()).not.toContain('ada')
  })

  it.for([['Ada Lovelace'], ['Q "x" \\ back'], ['two\nlines = x']])('commits as %j', async ([displayName]) => {
    const { home, project } = await prepareHome(options({ displayName: displayName ?? '' }))
    expect(git(home, project, 'log', '-1', '--format=%an <%ae> on %D')).toBe(
      `${displayName?.replace('\n', ' ')} <ada@example.com> on HEAD -> main`,
    )
    expect(git(home, project, 'status', '--short')).toBe('')
  })

  it('has the skills of the workshop', async () => {
    const { home } = await prepareHome(options())
    expect(readFileSync(join(home, '.claude/skills/bundles/SKILL.md'), 'utf8')).toBe('# Bundles\n')
  })

  it.for([['nowhere'], ['../skills/bundles']])('refuses the skill %j', async ([skill]) => {
    await expect(prepareHome(options({ skills: [skill ?? ''] }))).rejects.toMatchObject({ code: 'WO-1160' })
  })

  it('shares the project between sessions of one person, also when they start at once', async () => {
    const [one, two] = await Promise.all([prepareHome(options()), prepareHome(options({ sessionId: 's2' }))])
    expect(two.project).toBe(one.project)
    expect(two.home).not.toBe(one.home)
    expect(git(one.home, one.project, 'rev-list', '--count', 'HEAD')).toBe('1')
    expect(readdirSync(join(one.project, '..')).filter((name) => name.startsWith('draft-'))).toEqual([])
  })

  it('keeps what the participant changed when it is prepared again', async () => {
    const { home } = await prepareHome(options())
    writeFileSync(join(home, '.bashrc'), 'mine')
    await prepareHome(options())
    expect(readFileSync(join(home, '.bashrc'), 'utf8')).toBe('mine')
  })

  it('goes with its session and leaves the project', async () => {
    const { home, project, tmp } = await prepareHome(options())
    await removeHome(options())
    expect(() => statSync(home)).toThrow('ENOENT')
    expect(() => statSync(tmp)).toThrow('ENOENT')
    expect(statSync(join(project, '.git')).isDirectory()).toBe(true)
  })
})
