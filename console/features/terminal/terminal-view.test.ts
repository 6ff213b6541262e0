/** The terminal as a whole, with xterm.js and a connection whose other end is this test. */
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { encodeServer } from '@workshop/contracts/terminal-encode'
import type { ServerFrame, Welcome } from '@workshop/contracts/terminal-protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { terminalControls } from './terminal-signs.ts'
import TerminalView from './terminal-view.vue'

/** What the page opens instead of a WebSocket. */
class Line {
  static readonly OPEN = 1
  static last: Line | undefined
  readonly readyState = Line.OPEN
  readonly sent: Uint8Array[] = []
  onopen: (() => void) | undefined
  onmessage: ((event: { data: ArrayBuffer }) => void) | undefined
  constructor() {
    Line.last = this
  }
  send(bytes: Uint8Array) {
    this.sent.push(bytes)
  }
  close() {}
}

const welcome: Welcome = {
  ...{ epoch: 'e', role: 'control', viewer: 1, inSeq: 0, cols: 80, rows: 24, owner: 1, live: 0 },
  ...{ window: 262_144, heartbeatMs: 20_000, title: '' },
}
const props = { session: 's', agent: 'shell', shown: true, label: 'Terminal 1' } as const
/** The terminal connects once it is known what draws it. */
const connected = (): Promise<Line> => vi.waitFor(() => Line.last ?? expect.fail('not connected'), 15_000)
const copied: string[] = []
let view: VueWrapper
let offset = 0

beforeEach(async () => {
  document.body.innerHTML = ''
  copied.length = offset = 0
  vi.stubGlobal('WebSocket', Line)
  vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(async (text) => void copied.push(text))
  Line.last = undefined
  view = mount(TerminalView, { attachTo: document.body, props })
  const line = await connected()
  line.onopen?.()
  say({ type: 'welcome', welcome })
  say({ type: 'reset', offset: 0, live: 0, cols: 80, rows: 24, why: 0 })
  say({ type: 'replay', offset: 0, last: true, data: new Uint8Array(0) })
})
afterEach(() => {
  view.unmount()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const say = (frame: ServerFrame) => Line.last?.onmessage?.({ data: encodeServer(frame).slice().buffer as ArrayBuffer })
function print(text: string) {
  const data = new TextEncoder().encode(text)
  say({ type: 'output', offset, data })
  offset += data.length
}
const sent = () => (Line.last?.sent ?? []).map((bytes) => new TextDecoder().decode(bytes)).join('')

/** Dialogs are loaded when they are needed. */
const until = <Found>(look: () => Found) => vi.waitFor(look, 15_000)

function paste(text: string) {
  const clipboardData = new DataTransfer()
  clipboardData.setData('text/plain', text)
  const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
  document.querySelector('.terminal-room textarea')?.dispatchEvent(event)
}

describe('a paste', () => {
  const line = 'x'.repeat(5_000)

  it('of a long line goes in as it is while the program reads key by key', async () => {
    say({ type: 'event', event: { kind: 'tty', echo: false, canonical: false, alternate: false } })
    paste(line)
    await flushPromises()
    expect(document.querySelector('[role=dialog]')).toBeNull()
    expect(sent()).toContain(line)
  })

  it('of a long line is asked about while the kernel gives the program whole lines', async () => {
    say({ type: 'event', event: { kind: 'tty', echo: true, canonical: true, alternate: false } })
    paste(line)
    const question = await until(() => document.querySelector('[role=dialog]') ?? expect.fail('no question'))
    expect(question.textContent).toContain('Line 1 is too long')
    expect(sent()).not.toContain('xxx')
    const buttons = [...question.querySelectorAll('button')]
    buttons.find(({ textContent }) => textContent?.trim() === 'Paste')?.click()
    await flushPromises()
    expect(sent()).toContain(line)
  })
})

describe('a sequence that trips xterm.js up', () => {
  it('leaves a terminal that erases, shows and answers what comes after', async () => {
    print('before\u001b[999;999H\u001b[1J\u001b[Hafter')
    print('\u001b[c')
    await until(() => expect(sent()).toContain('[?1;2c'))
    expect(terminalControls('s')?.text()).toBe('after')
  })
})

describe('a program that would write the clipboard (OSC 52)', () => {
  const wish = `\u001b]52;c;${btoa('planted')}\u0007`

  it('is kept waiting for a click when nobody typed, though it makes the terminal answer', async () => {
    print('\u001b[c\u001b[?1004h')
    await until(() => expect(sent()).toMatch(/\[\?1;2c.*\[[IO]/s))
    print(wish)
    await until(() => expect(view.emitted('offer')).toEqual([['planted']]))
    expect(copied).toEqual([])
  })

  it('writes it right after typing', async () => {
    paste('y')
    print(wish)
    await until(() => expect(copied).toEqual(['planted']))
    expect(view.emitted('offer')).toBeUndefined()
  })
})

describe('a terminal that goes', () => {
  it('connects to nobody when it goes before it is known what draws it', async () => {
    Line.last = undefined
    mount(TerminalView, { attachTo: document.body, props }).unmount()
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(Line.last).toBeUndefined()
  })
})
