import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spawnPty, spawnWith } from './pty.ts'
import { loadPty } from './pty-native.ts'
import { AlternateWatch, TtyWatch } from './tty-watch.ts'

const esc = '\u001b'

/** The states told while `script` runs, each when it first was, driven by output and the watch's own looks. */
async function statesOf(script: string, spawn = spawnPty): Promise<readonly string[]> {
  const states: string[] = []
  await new Promise<void>((resolve) => {
    const launch = { file: '/bin/bash', args: ['-c', script], env: { PATH: '/usr/bin:/bin' }, cwd: '/' }
    const pty = spawn(
      launch,
      { cols: 80, rows: 24 },
      {
        data: (chunk) => {
          watch.output(chunk)
          watch.look()
        },
        exit: () => {
          watch.close()
          resolve()
        },
        progress: () => {},
      },
    )
    const watch = new TtyWatch(pty.tty.bind(pty), ({ echo, canonical, alternate }) =>
      states.push(`${echo ? 'echo' : 'no echo'}, ${canonical ? 'lines' : 'keys'}${alternate ? ', alternate' : ''}`),
    )
    watch.look()
  })
  return states
}

describe('what a program does with keys', () => {
  // Silent changes are looked for every 1.6 s at most; the sleeps leave room for a busy machine.
  it('is told for a question for a password, also when it prints nothing', { retry: 2 }, async () => {
    expect(await statesOf('sleep 0.5; stty -echo; sleep 2.5; stty echo; sleep 2.5')).toEqual([
      'echo, lines',
      'no echo, lines',
      'echo, lines',
    ])
  })

  it('is told for a full-screen program, there and back', async () => {
    const states = await statesOf(
      `sleep 0.2; stty raw -echo; printf '${esc}[?1049h'; sleep 0.3; stty sane; printf '${esc}[?1049l'; sleep 0.3`,
    )
    expect(states[0]).toBe('echo, lines')
    expect(states).toContain('no echo, keys, alternate')
    expect(states.at(-1)).toBe('echo, lines')
  })

  it('is never told where it cannot be asked for', async () => {
    const loaded = loadPty()
    if (loaded.kind !== 'own') return
    const native = { ...loaded.native, state: () => -1 }
    expect(await statesOf('stty -echo; echo x', spawnWith({ ...loaded, native }))).toEqual([])
  })
})

describe('the alternate screen', () => {
  it.for([
    ['is off at first', '', false],
    ['is on after 1049', `${esc}[?1049h`, true],
    ['is on after one of several modes', `${esc}[?25;1049;2004h`, true],
    ['is off after leaving by the oldest mode', `${esc}[?1047h..${esc}[?47l`, false],
    ['is off after a full reset', `${esc}[?1049h..${esc}c`, false],
    ['is on when entered after a full reset', `${esc}c${esc}[?1049h`, true],
    ['is not touched by asking for the mode', `${esc}[?1049$p`, false],
  ] as const)('%s, wherever the output is cut', ([, output, on]) => {
    fc.assert(
      fc.property(fc.array(fc.nat(output.length), { maxLength: 4 }), (cuts) => {
        const watch = new AlternateWatch()
        const borders = [0, ...cuts.sort((a, b) => a - b), output.length]
        for (const [i, end] of borders.entries()) watch.scan(Buffer.from(output.slice(borders[i - 1] ?? 0, end)))
        expect(watch.alternate).toBe(on)
      }),
    )
  })
})
