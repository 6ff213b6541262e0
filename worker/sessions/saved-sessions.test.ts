import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { SavedOrder } from './saved-sessions.ts'
import { SavedSessions } from './saved-sessions.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'saved-sessions-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const owner = { email: 'ada@example.com', displayName: 'Ada' }
const saved = (id: string) =>
  ({ name: 'shell', createdAt: 1, order: { id, agent: 'shell', owner, cols: 80, rows: 24 } }) as unknown as SavedOrder

it('gives back what can be read, and leaves no screen of what cannot', async () => {
  const sessions = new SavedSessions(root)
  const [good, torn] = ['a'.repeat(32), 'b'.repeat(32)]
  await sessions.save(saved(good))
  mkdirSync(join(root, 'sessions', torn))
  writeFileSync(join(root, 'sessions', torn, 'order.json'), '{"name":')
  writeFileSync(sessions.screenOf(torn), 'what was on it')
  expect(await sessions.list()).toEqual([saved(good)])
  expect(existsSync(sessions.screenOf(torn))).toBe(false)
})
