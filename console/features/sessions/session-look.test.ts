import type { SessionInfo } from '@workshop/contracts/worker-api'
import { describe, expect, it } from 'vitest'
import { byNeed, exitSentence, sessionLook } from './session-look.ts'
import { named } from './session-names.ts'

const now = 1_000_000
const session = (rest: Partial<SessionInfo> = {}): SessionInfo => ({
  id: 's',
  agent: 'claude',
  title: 'Claude Code',
  state: 'live',
  createdAt: new Date(0).toISOString(),
  viewers: 1,
  watchable: false,
  isolation: 'namespaces',
  ...rest,
})
const quiet = { rang: false }

describe('what a session is doing', () => {
  it.for([
    ['prints', session(), { rang: false, lastOutputAt: now - 100 }, 'working'],
    ['printed long ago', session(), { rang: false, lastOutputAt: now - 9_000 }, 'idle'],
    ['printed elsewhere', session({ lastOutputAt: new Date(now - 500).toISOString() }), undefined, 'working'],
    ['rang', session(), { rang: true, lastOutputAt: now }, 'needs'],
    ['is a shell that rang', session({ agent: 'shell' }), { rang: true }, 'idle'],
    ['is being prepared', session({ state: 'preparing' }), quiet, 'preparing'],
    ['ended', session({ state: 'exited' }), { rang: true }, 'ended'],
    ['ended here before the list knows', session(), { rang: false, exit: { code: 1, signal: 0 } }, 'ended'],
  ] as const)('one that %s', ([, info, signs, mood]) => {
    expect(sessionLook(info, signs, now).mood).toBe(mood)
  })

  it.for([
    [{ code: 0, signal: 0 }, 'unk', 'exited 0', 'exit 0'],
    [{ code: 2, signal: 0 }, 'bad', 'exited 2', 'exit 2'],
    [{ code: 137, signal: 0 }, 'bad', 'exited 137', 'memory'],
    [{ code: 0, signal: 9 }, 'bad', 'killed, signal 9', 'memory'],
    [{ code: 0, signal: 15 }, 'bad', 'killed, signal 15', 'outside'],
  ] as const)('%j ends as %s, %s', ([exit, family, word, sentence]) => {
    expect(sessionLook(session({ state: 'exited', exit }), quiet, now).state).toMatchObject({ family, word })
    expect(exitSentence(exit)).toContain(sentence)
  })

  it('puts who needs somebody first and keeps the rest in order', () => {
    const row = (id: string, rang: boolean, state: SessionInfo['state'] = 'live') => {
      const info = session({ id, state })
      return { id, look: sessionLook(info, { rang }, now) }
    }
    const sorted = byNeed([row('a', false, 'exited'), row('b', false), row('c', false), row('d', true)])
    expect(sorted.map(({ id }) => id)).toEqual(['d', 'b', 'c', 'a'])
  })
})

it('calls sessions by their agent, numbered in the order of opening, and keeps names of their own', () => {
  const agents = [{ id: 'claude', title: 'Claude Code', available: true, message: '' }] as const
  const at = (ms: number, title: string) => session({ title, createdAt: new Date(ms).toISOString() })
  const titles = named([at(3, 'claude'), at(1, 'claude'), at(2, 'review')], agents).map(({ title }) => title)
  expect(titles).toEqual(['Claude Code', 'review', 'Claude Code 2'])
})
