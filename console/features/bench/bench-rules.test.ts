import { describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { joinShare, joinSteps } from '../join/join-steps.ts'
import { answerKey, type Command, type KeyPress, noKeys, searchCommands } from '../keys/commands.ts'
import { benchMemory } from './bench-memory.ts'
import { connectionLook } from './connection-look.ts'
import { choose, shownSessions } from './pane-layout.ts'
import { isShutOut, wayOut } from './way-out.ts'

describe('which sessions are on the page', () => {
  it.for([
    ['fills places in the order of the tabs', ['a', 'b', 'c'], [], 'a', 2, ['a', 'b']],
    ['always shows the current one', ['a', 'b', 'c'], ['a', 'b'], 'c', 2, ['a', 'c']],
    ['keeps who was there in its place', ['a', 'b', 'c'], ['c', 'a'], 'a', 2, ['c', 'a']],
    ['has no more places than sessions', ['a'], ['a'], 'a', 4, ['a']],
    ['drops who has gone', ['b'], ['a', 'b'], 'b', 2, ['b']],
    ['shows nobody in guide only', ['a', 'b'], ['a'], 'a', 0, []],
  ] as const)('%s', ([, all, before, current, slots, shown]) => {
    expect(shownSessions(all, before, current, slots)).toEqual(shown)
  })
  it('puts a chosen session where the focus was, and only moves the focus to a shown one', () => {
    expect(choose(['a', 'b'], 'a', 'c')).toEqual(['c', 'b'])
    expect(choose(['a', 'b'], 'a', 'b')).toEqual(['a', 'b'])
  })
})

describe('where a page goes whose worker no longer serves its person', () => {
  const hub = 'https://hub.example.com'
  const seat = 'https://worker-3.example.com/?fleet=13'
  it.for([
    ['to the new seat', 409, 'WO-4002', seat, seat, true],
    ['nowhere while the new seat has no address', 409, 'WO-4002', undefined, undefined, true],
    ['to the hub when the platform lets it in no more', 403, undefined, undefined, hub, true],
    ['to the hub when the app is gone', 404, undefined, undefined, hub, true],
    ['nowhere when it is off the roster', 403, 'WO-4001', undefined, undefined, true],
    ['nowhere without a seat', 503, 'WO-4004', undefined, undefined, true],
    ['nowhere while the app starts', 503, undefined, undefined, undefined, false],
    ['nowhere when it is signed out', 401, undefined, undefined, undefined, true],
    ['nowhere when it asked too often', 429, 'WO-4012', undefined, undefined, false],
    ['nowhere without a network', 0, undefined, undefined, undefined, false],
  ] as const)('%s', ([, status, code, link, target, told]) => {
    const failure = { status, title: '', message: '', fix: '', ...(code && { code }), ...(link && { link }) }
    expect(wayOut(failure, { hubUrl: hub, inRow: 4, isConnected: false })).toBe(target)
    expect(isShutOut(failure)).toBe(told)
  })

  it('nowhere at the first refusal of the platform, and not while a terminal is connected', () => {
    const failure = { status: 403, title: '', message: '', fix: '' }
    expect(wayOut(failure, { hubUrl: hub, inRow: 3, isConnected: false })).toBeUndefined()
    expect(wayOut(failure, { hubUrl: hub, inRow: 9, isConnected: true })).toBeUndefined()
  })
})

describe('the connection in words', () => {
  const base = { failing: false, asOf: 0, terminalsDown: false, now: 10_000 }
  it.for([
    [base, 'Connected'],
    [{ ...base, asOf: undefined }, 'Connecting'],
    [{ ...base, failing: true, nextAt: 12_400 }, 'Reconnecting, 3 s'],
    [{ ...base, terminalsDown: true }, 'Reconnecting'],
    [{ ...base, failing: true, now: 31_000 }, 'Offline since'],
  ] as const)('%j is %s', ([at, word]) => {
    expect(connectionLook(at).word).toContain(word)
  })
})

describe('keys', () => {
  const command = (id: string, rest: Partial<Command> = {}): Command => ({
    id,
    title: id,
    group: 'g',
    run: () => undefined,
    ...rest,
  })
  const commands = [
    command('palette'),
    command('new', { leader: 't' }),
    command('fleet', { keys: ['g', 'f'] }),
    command('sheet', { keys: ['?'] }),
    command('leave', { leader: 'escape' }),
  ]
  const key = (text: string, rest: Partial<KeyPress> = {}): KeyPress => ({
    key: text,
    code: '',
    ctrl: false,
    shift: false,
    alt: false,
    meta: false,
    ...rest,
  })
  const leader = key(' ', { code: 'Space', ctrl: true, shift: true })

  it.for([...'abcgt?/', 'Enter', 'Escape', 'Tab', 'F2'])('leaves %s to a program in a terminal', (text) => {
    expect(answerKey(key(text), noKeys, 'terminal', commands)).toEqual({ state: noKeys, taken: false })
  })
  it('leaves Ctrl+C, Ctrl+R and Alt+B to the program as well', () => {
    for (const press of [key('c', { ctrl: true }), key('r', { ctrl: true }), key('b', { alt: true })]) {
      expect(answerKey(press, noKeys, 'terminal', commands).taken).toBe(false)
    }
  })
  it('opens the palette by F1 everywhere', () => {
    for (const place of ['terminal', 'field', 'page'] as const)
      expect(answerKey(key('F1'), noKeys, place, commands).run?.id).toBe('palette')
  })
  it('takes one letter after the leader, in a terminal too, and forgets an unknown one', () => {
    const { state } = answerKey(leader, noKeys, 'terminal', commands)
    expect(answerKey(key('T', { shift: true }), state, 'terminal', commands).run?.id).toBe('new')
    expect(answerKey(key('Escape'), state, 'terminal', commands).run?.id).toBe('leave')
    expect(answerKey(key('q'), state, 'terminal', commands)).toEqual({ state: noKeys, taken: true })
    expect(answerKey(key('Shift', { shift: true }), state, 'terminal', commands).state).toBe(state)
  })
  it('follows a sequence outside and begins anew when it breaks', () => {
    const first = answerKey(key('g'), noKeys, 'page', commands)
    expect(first.taken).toBe(true)
    expect(answerKey(key('f'), first.state, 'page', commands).run?.id).toBe('fleet')
    expect(answerKey(key('?', { shift: true }), first.state, 'page', commands).run?.id).toBe('sheet')
  })
  it('types into a field', () => {
    expect(answerKey(key('?'), noKeys, 'field', commands).taken).toBe(false)
  })
  it('finds commands by any of their words, those that begin with it first', () => {
    const list = [
      command('a', { title: 'Show the session' }),
      command('b', { title: 'Session, new' }),
      command('c', { title: 'Session', keyOnly: true }),
    ]
    expect(searchCommands('SESS', list).map(({ id }) => id)).toEqual(['b', 'a'])
  })
})

it('keeps layout and fold per workshop and mistrusts what it finds', async () => {
  const kept = new Map([['workshop.bench.odd', '{"layout":"spiral","guideFolded":"yes"}']])
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
  benchMemory('day', storage).layout = 'grid'
  await nextTick()
  expect(benchMemory('day', storage).layout).toBe('grid')
  expect(benchMemory('odd', storage)).toMatchObject({ layout: 'side', guideFolded: false })
})

it('tells the way to a place step by step', () => {
  const join = { email: 'ada@example.com', worker: 'vibe-worker-4', message: 'starts' }
  const words = (state: 'ready' | 'preparing' | 'no-seat') =>
    joinSteps({ ...join, state }).map((step) => step.state.word)
  expect(words('preparing')).toEqual(['Done', 'Done', 'Preparing', 'Waiting'])
  expect(words('no-seat')).toEqual(['Done', 'No seat'])
  expect(joinShare(joinSteps({ ...join, state: 'ready' }))).toBe(75)
})
