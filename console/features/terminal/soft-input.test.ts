/** What a person types through an input method, whatever comes between its end and xterm.js's look at the text area. */
import { Terminal } from '@xterm/xterm'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { takeSoftInput } from './soft-input.ts'

let stop = () => {}
afterEach(() => stop())

/** A terminal with a text area that this test changes as a browser would, and all that the terminal sent. */
function room() {
  document.body.innerHTML = '<div></div>'
  const element = document.querySelector('div') as HTMLDivElement
  const terminal = new Terminal()
  const sent: string[] = []
  terminal.open(element)
  terminal.onData((data) => sent.push(data))
  const end = takeSoftInput(element, (text) => terminal.input(text))
  stop = () => {
    end()
    terminal.dispose()
  }
  const area = terminal.textarea as HTMLTextAreaElement
  const tell = (event: Event) => void area.dispatchEvent(event)
  const said = { bubbles: true, composed: true }
  const type = (data: string, inputType = 'insertText') => {
    area.value += data
    tell(new InputEvent('input', { ...said, data, inputType }))
  }
  const key = (name: string) => {
    const event = new KeyboardEvent('keydown', { ...said, key: name, cancelable: true })
    Object.defineProperty(event, 'keyCode', { value: 229 })
    tell(event)
  }
  const remove = () => {
    area.value = area.value.slice(0, -1)
    tell(new InputEvent('input', { ...said, data: null, inputType: 'deleteContentBackward' }))
  }
  const compose = (text: string) => {
    const before = area.value
    tell(new CompositionEvent('compositionstart', { ...said, data: '' }))
    tell(new CompositionEvent('compositionupdate', { ...said, data: text }))
    area.value = before + text
    tell(new CompositionEvent('compositionend', { ...said, data: text }))
  }
  /** Types in the midst of the timers that the end of the next composition starts. */
  const typeAmid = (where: keyof typeof amid, text: string) => {
    const { target, capture } = amid[where]
    target.addEventListener('compositionend', () => setTimeout(() => type(text)), { capture, once: true })
  }
  const amid = {
    'before both': { target: document, capture: true },
    'between our look and that of xterm.js': { target: element, capture: true },
    'right after both': { target: area, capture: false },
  }
  return {
    typeAmid,
    key,
    delete: remove,
    sent: () => sent.join(''),
    type,
    compose,
    blur: () => tell(new FocusEvent('blur')),
    area,
  }
}

/** Lets some tasks go by, each the chance of a timer. */
async function tasks(count: number) {
  for (let n = 0; n < count; n += 1) await new Promise((go) => setTimeout(go))
}

describe('an input method', () => {
  it('sends each character once, however soon the next one comes', async () => {
    const step = fc.record({ composed: fc.boolean(), text: fc.constantFrom('', '字', '你好', 'é'), wait: fc.nat(2) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
        const person = room()
        for (const { composed, text, wait } of steps) {
          if (composed) person.compose(text)
          else if (text !== '') person.type(text)
          await tasks(wait)
        }
        await tasks(4)
        expect(person.sent()).toBe(steps.map(({ text }) => text).join(''))
        stop()
      }),
      { numRuns: 40 },
    )
  }, 20_000)

  it.each(['before both', 'between our look and that of xterm.js', 'right after both'] as const)(
    'sends once what comes %s',
    async (where) => {
      for (const composed of ['漢字', '']) {
        const person = room()
        person.type('a')
        person.typeAmid(where, '。')
        person.compose(composed)
        await tasks(3)
        person.type('b')
        person.compose('é')
        await tasks(3)
        expect(person.sent()).toBe(`a${composed}。bé`)
        stop()
      }
    },
  )

  it('sends a composition once that a key without a name began', async () => {
    const person = room()
    for (const text of ['。', '字', 'é']) {
      person.key('Process')
      person.compose(text)
      await tasks(3)
    }
    person.key('Process')
    person.type('!')
    await tasks(3)
    expect(person.sent()).toBe('。字é!')
  })

  it('sends Enter as Enter before the composition is out', async () => {
    const person = room()
    person.compose('字')
    person.key('Unidentified')
    person.type('\n', 'insertLineBreak')
    await tasks(3)
    expect(person.sent()).toBe('字\r')
  })

  it('deletes what was there before a composition that was given up', async () => {
    const person = room()
    person.type('ab')
    person.compose('')
    person.key('Unidentified')
    person.delete()
    await tasks(3)
    expect(person.sent()).toBe('ab\u007f')
  })

  it('keeps what comes after a composition that was given up', async () => {
    for (const wait of [0, 1, 2, 3]) {
      const person = room()
      person.compose('')
      await tasks(wait)
      person.type('。')
      await tasks(3)
      expect(person.sent()).toBe('。')
      stop()
    }
  })

  it('sends what was composed when the terminal loses the focus at once', async () => {
    const person = room()
    person.compose('漢字')
    person.blur()
    await tasks(3)
    expect(person.sent()).toBe('漢字')
  })
})
