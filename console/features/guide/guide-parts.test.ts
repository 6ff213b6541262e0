import { describe, expect, it } from 'vitest'
import { cardTarget } from './card-target.ts'
import { guideParts, hasHeading } from './guide-parts.ts'
import { sentMarkStore } from './sent-marks.ts'
import { shellPieces } from './shell-pieces.ts'

const html = (text: string) =>
  guideParts(text, 'c')
    .map((part) => (part.kind === 'html' ? part.html : ''))
    .join('')

describe('a challenge as parts', () => {
  it('turns prompt and shell fences into cards and leaves other fences alone', () => {
    const parts = guideParts('Do:\n\n```prompt\nbuild it\n```\n\n```shell run\nls\n```\n\n```python\nx = 1\n```', 'c')
    expect(parts.map(({ kind }) => kind)).toEqual(['html', 'prompt', 'shell', 'html'])
    expect(parts[1]).toEqual({ kind: 'prompt', text: 'build it', id: 'c/1' })
    expect(html('```python\nx = 1\n```')).toContain('<code class="language-python">x = 1')
  })

  it('keeps a fence inside a list in its list', () => {
    expect(guideParts('- one\n  ```shell\n  ls\n  ```', 'c').map(({ kind }) => kind)).toEqual(['html'])
  })

  it.for([
    ['raw HTML', '<img src=x onerror=alert(1)>'],
    ['a script', '<script>alert(1)</script>'],
    ['a javascript link', '[x](javascript:alert(1))'],
    ['a data link', '[x](data:text/html;base64,PHNjcmlwdD4=)'],
  ])('lets %s through as text only', ([, text]) => {
    expect(html(text ?? '')).not.toMatch(/<(img|script)|href/)
  })

  it('opens links in a page of their own that cannot reach back', () => {
    expect(html('[docs](https://example.com)')).toContain('target="_blank" rel="noopener noreferrer"')
  })

  it.for([
    ['# Title\n\ntext', true],
    ['## Step', false],
    ['text', false],
  ] as const)('%j brings its own title: %s', ([text, own]) => {
    expect(hasHeading(text)).toBe(own)
  })
})

describe('where a card goes', () => {
  const agents = [
    { id: 'claude', title: 'Claude Code', available: true, message: '' },
    { id: 'shell', title: 'Shell', available: true, message: '' },
  ] as const
  const claude = { id: 'a', agent: 'claude', state: 'live', title: 'Claude Code' } as const
  const shell = { id: 'b', agent: 'shell', state: 'live', title: 'Shell' } as const

  it('sends a prompt to the only agent by its name', () => {
    expect(cardTarget('prompt', [shell, claude], 'b', agents)).toEqual({
      ready: true,
      session: 'a',
      name: 'Claude Code',
    })
  })
  it('prefers the current session among several that fit', () => {
    const second = { ...claude, id: 'c' }
    expect(cardTarget('prompt', [claude, shell, second], 'c', agents)).toMatchObject({
      session: 'c',
      name: 'terminal 3',
    })
  })
  it('never sends a command to an agent', () => {
    expect(cardTarget('shell', [claude], 'a', agents)).toEqual({ ready: false, agent: 'shell', name: 'Shell' })
  })
  it('passes over a session that has ended', () => {
    expect(cardTarget('prompt', [{ ...claude, state: 'exited' }], 'a', agents)).toMatchObject({
      ready: false,
      agent: 'claude',
    })
  })
  it('has no answer when nothing can take it', () => {
    expect(cardTarget('shell', [claude], 'a', [agents[0]])).toBeUndefined()
  })
})

it('colours program, quotes and comments and loses no character', () => {
  const text = '# first\ngit commit -m "one \\" two" \'x\'\n\nls'
  const pieces = shellPieces(text)
  expect(pieces.map((piece) => piece.text).join('')).toBe(text)
  expect(pieces.filter(({ look }) => look === 'k').map((piece) => piece.text)).toEqual(['git', 'ls'])
  expect(pieces.filter(({ look }) => look === 's')).toHaveLength(2)
})

it('remembers what was sent per workshop, and survives a broken store', () => {
  const kept = new Map<string, string>([['workshop.sent.broken', '{']])
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
  sentMarkStore('day', storage).mark('c/1', 5)
  expect(sentMarkStore('day', storage).marks.value).toEqual({ 'c/1': 5 })
  expect(sentMarkStore('other', storage).marks.value).toEqual({})
  expect(sentMarkStore('broken', storage).marks.value).toEqual({})
})
