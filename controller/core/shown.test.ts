import { expect, it } from 'vitest'
import type { Observed } from './observed.ts'
import { shownTerminals } from './shown.ts'

const id = (digit: string) => digit.repeat(32)
const session = (digit: string, owner = 'ada@example.com', title = 'Shell') => ({ id: id(digit), owner, title })
const app = (name: string, shown: unknown) =>
  [name, { name, url: `https://${name}`, probe: { sessions: { live: 1, people: [], shown } } }] as const

const fleet = (...apps: readonly (readonly [string, object])[]) =>
  shownTerminals({ apps: new Map(apps) } as unknown as Observed)

it('lists the terminals of all workers, in the order of the workers, each with its page there', () => {
  expect(
    fleet(app('w-10', [session('a')]), app('w-2', [session('b', 'grace@example.com', 'Claude Code 2'), session('c')])),
  ).toEqual([
    { worker: 'w-2', owner: 'grace@example.com', title: 'Claude Code 2', url: `https://w-2/watch/${id('b')}` },
    { worker: 'w-2', owner: 'ada@example.com', title: 'Shell', url: `https://w-2/watch/${id('c')}` },
    { worker: 'w-10', owner: 'ada@example.com', title: 'Shell', url: `https://w-10/watch/${id('a')}` },
  ])
})

it.for([
  ['a worker that could not be asked', ['w', { name: 'w', url: 'https://w' }]],
  ['a worker that is silent', ['w', { name: 'w', url: 'https://w', probe: null }]],
  ['a worker of before there was a list', app('w', undefined)],
  ['a list that is none', app('w', 'all')],
  ['an id that would lead elsewhere', app('w', [{ ...session('a'), id: '../../evil' }])],
  ['an owner that is no text', app('w', [{ ...session('a'), owner: 7 }, null])],
  ['a title without end', app('w', [session('a', 'ada@example.com', 'x'.repeat(300))])],
] as const)('makes nothing of %s', ([, one]) => {
  expect(fleet(one as readonly [string, object])).toEqual([])
})

it('keeps no more of one worker than a page can show', () => {
  expect(fleet(app('w', Array(5_000).fill(session('a'))))).toHaveLength(200)
})
