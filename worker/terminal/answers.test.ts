import { describe, expect, it } from 'vitest'
import { Questions } from './answers.ts'
import { spawnPty } from './pty.ts'
import { TerminalSession } from './session.ts'

const ask = (...chunks: string[]) => {
  const questions = new Questions()
  let offset = 100
  return chunks.flatMap((chunk) => {
    const found = questions.read(Buffer.from(chunk), offset)
    offset += chunk.length
    return found.map((answer) => ('text' in answer ? answer.text : [answer.cursorAt, answer.say(3, 7)]))
  })
}

describe('questions to a terminal that nobody looks at', () => {
  it.for([
    ['\u001b[c', '\u001b[?1;2c'],
    ['\u001b[0c', '\u001b[?1;2c'],
    ['\u001b[>c', '\u001b[>0;276;0c'],
    ['\u001b[5n', '\u001b[0n'],
    ['\u001b]10;?\u0007', '\u001b]10;rgb:d7d7/dddd/e5e5\u0007'],
    ['\u001b]11;?\u001b\\', '\u001b]11;rgb:0b0b/0e0e/1313\u001b\\'],
  ] as const)('are answered at once: %j', ([question, answer]) => {
    expect(ask(`text${question}more`)).toEqual([answer])
    for (let at = 1; at < question.length; at++) {
      expect(ask(`text${question.slice(0, at)}`, `${question.slice(at)}more`)).toEqual([answer])
    }
  })

  it('are answered in order, and the cursor is looked up where it was asked for', () => {
    expect(ask('ab\u001b[6n\u001b[c', '\u001b[?6n')).toEqual([
      [102, '\u001b[3;7R'],
      '\u001b[?1;2c',
      [109, '\u001b[?3;7R'],
    ])
  })

  it.for([
    '\u001b[6',
    '\u001b[16n',
    '\u001b[?25h',
    '\u001b[?1c',
    '\u001b]11;rgb:0/0/0\u0007',
    '\u001b]0;[c\u0007',
    '[6n',
  ])('are not seen in %j', (output) => {
    expect(ask(output, 'x')).toEqual([])
  })
})

/** Bash that asks, and prints what it is told up to the last letter of the answer. */
function asking(question: string, end: string, before = '') {
  const script = `stty raw -echo; printf '${before}${question}'; IFS= read -r -d ${end} a; printf '<%q>' "$a"; sleep 60`
  const launch = { file: '/bin/bash', args: ['-c', script], env: { PATH: '/usr/bin:/bin', TERM: 'xterm' }, cwd: '/' }
  return new TerminalSession({ id: 's', launch, cols: 80, rows: 24, spawn: spawnPty })
}

async function printed(session: TerminalSession): Promise<string> {
  for (;;) {
    const text = session.ring.read(0, session.ring.end).toString('latin1')
    const found = /<(.*)>/.exec(text)?.[1]
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const watcher = { session: 's', client: 'w', inSeq: 0, cols: 80, rows: 24, visible: true, window: 262_144 } as const
const link = { send: () => {}, queued: () => 0, onDrained: () => {}, close: () => {} }

describe('a program that asks', () => {
  it.for([
    ['where the cursor is', '\\033[6n', 'R', '\\033[5;9Hab', "$'\\E[5;11'"],
    ['where it is after plain text', '\\033[6n', 'R', 'one\\r\\ntwo', "$'\\E[2;4'"],
    ['what it runs in', '\\033[c', 'c', '', "$'\\E[?1;2'"],
  ] as const)(
    '%s is told so with nobody there, and with one who only watches',
    async ([, question, end, before, told]) => {
      const alone = asking(question, end, before)
      expect(await printed(alone)).toBe(told)
      alone.close()
      const watched = asking(question, end, before)
      watched.attach(link, { ...watcher, role: 'view' }, 'view')
      expect(await printed(watched)).toBe(told)
      watched.close()
    },
  )

  it('is left to the terminal of whoever is there', async () => {
    const session = asking('\\033[c', 'c', '')
    const viewer = session.attach(link, { ...watcher, role: 'control' }, 'control')
    session.input(viewer, 0, Buffer.from('ic'))
    expect(await printed(session)).toBe('i')
    session.close()
  })
})
