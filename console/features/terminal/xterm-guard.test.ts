import { Terminal } from '@xterm/xterm'
import { describe, expect, it } from 'vitest'
import { guardXterm, type XtermCore } from './xterm-guard.ts'

function open() {
  const terminal = new Terminal({ allowProposedApi: true, cols: 80, rows: 24, logLevel: 'off' })
  const core = (terminal as unknown as { readonly _core: XtermCore })._core
  const write = (text: string) => new Promise<void>((resolve) => terminal.write(text, resolve))
  const line = () => terminal.buffer.active.getLine(0)?.translateToString(true)
  return { terminal, core, write, line }
}
const trip = () => {
  throw new TypeError('tripped')
}

describe('a guarded xterm.js', () => {
  it('loses no more than the sequence whose handler throws', async () => {
    const { terminal, core, write, line } = open()
    for (const table of [core._inputHandler._parser._csiHandlers, core._inputHandler._parser._escHandlers])
      for (const handlers of Object.values(table)) handlers[0] = trip
    guardXterm(terminal)
    await write('a\u001b[31mb\u001b[2Jc\u001b7d')
    await write('e')
    expect(line()).toBe('abcde')
  })

  it.each([...'STLMIZb'])('is not kept busy by more than there is: CSI 2147483647 %s', async (final) => {
    const { terminal, write, line } = open()
    guardXterm(terminal)
    await write(`gone\u001b[H\u001b[2147483647${final}\u001b[H\u001b[2Kthere`)
    expect(line()).toBe('there')
  })

  it('goes on with the next piece when what throws is no plain sequence', async () => {
    const { terminal, write, line } = open()
    guardXterm(terminal)
    terminal.parser.registerOscHandler(7, trip)
    await write('a\u001b]7;there\u0007lost')
    await write('b')
    expect(line()).toBe('ab')
  })
})
