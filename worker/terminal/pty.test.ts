import { createHash } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TerminalExit } from '@workshop/contracts/terminal-protocol'
import { describe, expect, it } from 'vitest'
import { probePty } from './probe-pty.ts'
import { type Pty, type SpawnPty, spawnPty, spawnWith } from './pty.ts'
import { load, loadPty, type OwnNative } from './pty-native.ts'
import type { Holds } from './terminal-end.ts'

const env = { PATH: '/usr/bin:/bin' }
const size = { cols: 80, rows: 24 }

interface Run {
  readonly pty: Pty
  readonly output: () => string
  readonly done: Promise<TerminalExit>
}

function run(script: string, spawn: SpawnPty = spawnPty): Run {
  const chunks: Buffer[] = []
  let finish: (exit: TerminalExit) => void = () => {}
  const done = new Promise<TerminalExit>((resolve) => {
    finish = resolve
  })
  const launch = { file: '/bin/sh', args: ['-c', script], env, cwd: '/' }
  const events = { data: (chunk: Buffer) => chunks.push(Buffer.from(chunk)), exit: finish, progress: () => {} }
  return { pty: spawn(launch, size, events), output: () => Buffer.concat(chunks).toString('latin1'), done }
}

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('a program on a terminal', () => {
  it('has all its output read before its end is told, every time', { timeout: 120_000 }, async () => {
    const runs = Number(process.env['TERMINAL_EXITS'] ?? 60)
    for (let i = 0; i < runs; i += 4) {
      const four = [1, 2, 3, 4].map(() => run('head -c 61440 /dev/zero | tr "\\0" x; printf END'))
      for (const { done, output } of four) {
        expect(await done).toEqual({ code: 0, signal: 0 })
        expect(output()).toHaveLength(61_443)
        expect(output().endsWith('END')).toBe(true)
      }
    }
  })

  it('has all its output read when it ended while paused', async () => {
    const { pty, done, output } = run('read go; head -c 3000 /dev/zero | tr "\\0" x; printf END; exit 4')
    pty.pause()
    pty.write(Buffer.from('go\n'))
    expect(await done).toEqual({ code: 4, signal: 0 })
    expect(output().endsWith('END')).toBe(true)
  })

  it('reports the signal that ended it', async () => {
    const { pty, done } = run('sleep 30')
    pty.kill('SIGKILL')
    expect(await done).toEqual({ code: 0, signal: 9 })
  })

  it('ends although a background child still holds the terminal', async () => {
    const { done, output } = run("trap '' HUP; (sleep 3) & printf out; exit 2")
    expect(await done).toEqual({ code: 2, signal: 0 })
    expect(output()).toBe('out')
  })

  it('gets its size, and a new one', async () => {
    const { pty, done, output } = run('stty size; read go; stty size')
    await until(() => output().includes('24 80'))
    pty.resize(133, 50)
    pty.write(Buffer.from('\n'))
    await done
    expect(output()).toContain('50 133')
    pty.resize(10, 10)
    pty.write(Buffer.from('after the end'))
    pty.kill('SIGKILL')
  })

  it('that does not read costs no CPU, and gets all of a paste when it does', async () => {
    const paste = Buffer.alloc(1_000_000, 'abcdefghij\n')
    const sha = createHash('sha256').update(paste).digest('hex')
    const { pty, done, output } = run(`stty raw -echo; printf ready; sleep 1; head -c ${paste.length} | sha256sum`)
    await until(() => output().includes('ready'))
    const before = process.cpuUsage()
    pty.write(paste)
    await new Promise((resolve) => setTimeout(resolve, 500))
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1_000).toBeLessThan(100)
    expect(pty.queued).toBeGreaterThan(0)
    await done
    expect(output()).toContain(sha)
    expect(pty.written).toBe(paste.length)
  })

  it('inherits no descriptor of the worker, neither with our build nor with the installed one', async () => {
    const installed = { path: '', ...tryInstalled() }
    for (const spawn of [spawnPty, ...(installed.spawn ? [installed.spawn] : [])]) {
      const other = run('sleep 30', spawn)
      const { done, output } = run('ls /proc/self/fd', spawn)
      await done
      other.pty.kill('SIGKILL')
      await other.done
      // 3 is the folder that `ls` reads.
      expect(output().trim().split(/\s+/)).toEqual(['0', '1', '2', '3'])
    }
  })

  it('leaves no descriptor behind', async () => {
    const count = () => readdirSync('/proc/self/fd').length
    await run('true').done
    const before = count()
    for (let i = 0; i < 40; i++) await run('echo hi').done
    await until(() => count() <= before)
    expect(count()).toBeLessThanOrEqual(before)
  })
})

function tryInstalled(): { spawn?: SpawnPty } {
  const path = new URL('../../node_modules/node-pty/build/Release/pty.node', import.meta.url).pathname
  try {
    return { spawn: spawnWith(load([{ kind: 'node-pty', path }])) }
  } catch {
    return {}
  }
}

describe('the native part', () => {
  it('is our own build where there is one, and that is what its hash says', () => {
    const { path, kind } = loadPty()
    if (process.platform !== 'linux' || process.arch !== 'x64') return
    expect(path).toMatch(/worker\/prebuilds\/linux-x64\/pty\.node$/)
    expect(kind).toBe('own')
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
    expect(readFileSync(`${path}.sha256`, 'utf8').trim()).toBe(sha256)
  })

  it('passes its probe', async () => {
    expect(await probePty()).toBe(loadPty().path)
  })

  it.runIf(loadPty().kind === 'own')(
    'ends a program whose terminal cannot be watched, and leaves nothing of it',
    async () => {
      const loaded = loadPty()
      if (loaded.kind !== 'own') return
      const before = readdirSync('/proc/self/fd').length
      let ended: TerminalExit | undefined
      const native: OwnNative = {
        ...loaded.native,
        spawn: (...[file, args, vars, cwd, cols, rows]) =>
          loaded.native.spawn(file, args, vars, cwd, cols, rows, (code, signal) => {
            ended = { code, signal }
          }),
        // What epoll does not take: a file.
        open: (_, target, onData) => {
          const file = openSync('/etc/passwd', 'r')
          try {
            return loaded.native.open(file, target, onData)
          } finally {
            closeSync(file)
          }
        },
      }
      expect(() => run('sleep 30', spawnWith({ ...loaded, native }))).toThrow(/WO-4030/)
      await until(() => ended !== undefined)
      expect(ended).toEqual({ code: 0, signal: 9 })
      expect(readdirSync('/proc/self/fd')).toHaveLength(before)
    },
  )

  it('that cannot be loaded is told with its reason and what to do', () => {
    const text = new URL('./pty.ts', import.meta.url).pathname
    expect(() => load([{ kind: 'own', path: `${text}.node` }])).toThrow(/WO-9003.*no pty\.node for/)
    const hash = `${loadPty().path}.sha256`
    expect(() => load([{ kind: 'own', path: hash }])).toThrow(/WO-9003.*sha256/)
  })
})

describe('output on its way in', () => {
  const held = async (text: string) => {
    const marks = new Set<Holds | undefined>()
    await new Promise<void>((resolve) => {
      const launch = {
        file: '/bin/sh',
        args: ['-c', 'stty -opost; printf %s "$TEXT"'],
        env: { ...env, TEXT: text },
        cwd: '/',
      }
      const events = {
        data: (_: Buffer, holds?: Holds) => void marks.add(holds),
        exit: () => resolve(),
        progress: () => {},
      }
      spawnPty(launch, size, events)
    })
    return [...marks]
  }

  it.runIf(loadPty().kind === 'own').for([
    ['text with colours', 'a line\r\n\u001b[1;32mgreen\u001b[0m\u001b[K µ\r\n\ttab', 'text'],
    ['a cursor that moves', 'a\u001b[2Ab', 'drawing'],
    ['a saved cursor, a keypad, a character set', '\u001b7a\u001b=\u001b(Bb\u001b8', 'drawing'],
    ['a mode', '\u001b[?25l\u001b[?2026;2004h', 'drawing'],
    ['line drawing', 'text\u000eqqq', 'drawing'],
    ['a form feed', 'text\fnext', 'drawing'],
    ['a control of eight bits', 'a\u009b2Jb', undefined],
    ['a title', '\u001b]0;name\u0007', undefined],
    ['another control string', '\u001bPq\u001b\\', undefined],
    ['the alternate screen', 'a\u001b[?25;1049hb', undefined],
    ['the way back from it', '\u001b[?47l', undefined],
    ['a full reset', 'a\u001bcb', undefined],
    ['a question', '\u001b[6n', undefined],
    ['a colour without its end', 'text\u001b[3', undefined],
    ['a mode without its end', 'text\u001b[?1049', undefined],
    ['a lone escape', 'text\u001b', undefined],
    ['two lone ones', 'text\u001b\u001b', undefined],
    ['a title behind a lone escape', '\u001b\u001b]2;', undefined],
  ] as const)('is known for what it holds: %s', async ([, text, holds]) => {
    expect(await held(text)).toEqual([holds])
  })

  it.runIf(loadPty().kind === 'own')('is not cut amid a colour or a character while it streams', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pty-'))
    const file = join(folder, 'colours')
    const text = '\u001b[38;2;10;200;30;48;5;12mµµ\u001b[0m'.repeat(60_000)
    writeFileSync(file, text)
    const cut: string[] = []
    let bytes = 0
    await new Promise<void>((resolve) => {
      const data = (chunk: Buffer, holds?: Holds) => {
        bytes += chunk.length
        if (chunk.length >= 4_096 && holds !== 'text') cut.push(chunk.toString('latin1', chunk.length - 40))
      }
      const launch = { file: '/bin/sh', args: ['-c', `stty -opost; cat ${file}; sleep 0.3`], env, cwd: '/' }
      spawnPty(launch, size, { data, exit: () => resolve(), progress: () => {} })
    })
    rmSync(folder, { recursive: true })
    expect(cut).toEqual([])
    expect(bytes).toBe(Buffer.byteLength(text))
  })
})
