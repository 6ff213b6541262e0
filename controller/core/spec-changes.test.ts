import type { WorkshopSpec } from '@workshop/contracts/workshop'
import { expect, it } from 'vitest'
import { specChanges } from './spec-changes.ts'

const spec = (parts: object) => parts as unknown as WorkshopSpec

it.for([
  ['nothing', { suspend: false }, { suspend: false }, ''],
  ['a number', { workers: { replicas: 2 } }, { workers: { replicas: 3 } }, 'workers.replicas 2 → 3'],
  ['a field that came', { workers: {} }, { workers: { namePrefix: 'vibe' } }, 'workers.namePrefix unset → vibe'],
  [
    'people',
    { participants: { users: ['a', 'b'] } },
    { participants: { users: ['b', 'c', 'd'] } },
    'participants.users +2 −1',
  ],
  ['order alone', { skills: ['a', 'b'] }, { skills: ['b', 'a'] }, 'skills reordered'],
  [
    'a secret’s place',
    { credentials: { token: { env: 'A' } } },
    { credentials: { token: { env: 'B' } } },
    'credentials.token.env',
  ],
  ['a long text', { guide: { title: 'x'.repeat(60) } }, { guide: { title: 'y' } }, 'guide.title'],
  [
    'much at once',
    { a: 1, b: 1, c: 1, d: 1, e: 1 },
    { a: 2, b: 2, c: 2, d: 2, e: 2 },
    'a 1 → 2, b 1 → 2, c 1 → 2, d 1 → 2, 1 more',
  ],
] as const)('says what changed: %s', ([, before, after, text]) => {
  expect(specChanges(spec(before), spec(after))).toBe(text)
})
