/**
 * Records how real programs answer typing: `node test/bench/typing/record.ts FOLDER [PROGRAM …]`. Needs bash, python3,
 * zsh (ZSH names one that is not in PATH) and Claude Code (CLAUDE); what is missing is left out.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Launch } from '../../../worker/terminal/launch.ts'
import { type Pty, spawnPty } from '../../../worker/terminal/pty.ts'
import type { KeystrokeLog, LogEvent } from './keystroke-log.ts'
import { logText } from './logs.ts'
import { type Step, steps } from './steps.ts'

const cols = 100
const rows = 30
/** A person starts to type so long after the last change on the screen. */
const readMs = 450
/** Claude Code takes its time between its first bytes and its prompt. */
const startQuietMs = 3_000

const [folder = 'test/bench/typing/logs', ...only] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
for (const [program, typed] of Object.entries(steps)) {
  if (only.length > 0 && !only.includes(program)) continue
  const home = mkdtempSync(join(tmpdir(), 'typing-'))
  try {
    const launch = launchOf(program, home)
    if (!existsSync(launch.file)) {
      console.log(`${program}: ${launch.file} is not here, left out`)
      continue
    }
    const log = await record(program, launch, typed)
    writeFileSync(join(folder, `${program}.jsonl`), logText(log))
    console.log(`${program}: ${log.events.length} events`)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

async function record(program: string, launch: Launch, typed: readonly Step[]): Promise<KeystrokeLog> {
  const events: LogEvent[] = []
  const start = performance.now()
  const now = () => Math.round((performance.now() - start) * 10) / 10
  let lastOutput = start
  let flags = ''
  let ended = false
  const look = () => {
    const tty = ended ? undefined : ttyFlags(pty)
    if (!tty || JSON.stringify(tty) === flags) return
    flags = JSON.stringify(tty)
    events.push({ at: now(), tty })
  }
  const pty: Pty = spawnPty(
    launch,
    { cols, rows },
    {
      data: (chunk) => {
        lastOutput = performance.now()
        events.push({ at: now(), output: chunk.toString('latin1') })
        if (!ended) setTimeout(look, 2)
      },
      exit: () => {
        ended = true
      },
      progress: () => {},
    },
  )
  const press = (key: string) => {
    events.push({ at: now(), key })
    pty.write(Buffer.from(key))
  }
  const quiet = async (ms: number) => {
    while (performance.now() - lastOutput < ms) await sleep(10)
  }
  while (events.length === 0) await sleep(50)
  await sleep(1_000)
  await quiet(startQuietMs)
  for (const { keys, gapMs = 110 } of typed) {
    await quiet(readMs)
    await sleep(readMs)
    for (const [at, key] of keys.entries()) {
      press(key)
      await sleep(gapMs * (0.5 + spread(events.length + at)))
    }
  }
  await sleep(600)
  pty.kill('SIGKILL')
  while (!ended) await sleep(10)
  return { program, cols, rows, events }
}

/** 0 to 1, the same in every run: fingers are not a metronome. */
function spread(seed: number): number {
  return (Math.imul(seed + 1, 2_654_435_761) >>> 8) / 2 ** 24
}

function ttyFlags(pty: Pty) {
  try {
    const text = execFileSync('stty', ['-a', '-F', readlinkSync(`/proc/${pty.pid}/fd/0`)], { encoding: 'utf8' })
    return { echo: / echo(\s|$)/.test(text), canonical: / icanon(\s|$)/.test(text) }
  } catch {
    return undefined
  }
}

function launchOf(program: string, home: string): Launch {
  const env = {
    HOME: home,
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    LANG: 'C.UTF-8',
  }
  const project = join(home, 'project')
  mkdirSync(project)
  switch (program) {
    case 'zsh': {
      writeFileSync(join(home, '.zshrc'), "PS1='%F{cyan}%1~%f %# '\n")
      const file = resolve(process.env['ZSH'] ?? '/usr/bin/zsh')
      const modules = process.env['ZSH_MODULES']
      return { file, args: ['-i'], env: { ...env, ...(modules ? { MODULE_PATH: modules } : {}) }, cwd: project }
    }
    case 'python':
      return { file: '/usr/bin/python3', args: ['-q'], env: { ...env, PYTHON_BASIC_REPL: '1' }, cwd: project }
    case 'claude':
      return {
        file: process.env['CLAUDE'] ?? '/usr/local/bin/claude',
        args: [],
        env: { ...env, ...claudeEnv(home, project) },
        cwd: project,
      }
    default:
      writeFileSync(
        join(home, '.bashrc'),
        "PS1='\\n\\[\\e[36m\\]lakehouse-day\\[\\e[0;2m\\] as ada@example.com\\[\\e[0m\\]\\n\\[\\e[32m\\]❯\\[\\e[0m\\] '\n",
      )
      return { file: '/bin/bash', args: ['-i'], env, cwd: project }
  }
}

/** As the worker prepares it, with a gateway that nobody answers at: the prompt is what is typed into. */
function claudeEnv(home: string, project: string): Record<string, string> {
  mkdirSync(join(home, '.claude'))
  writeFileSync(
    join(home, '.claude.json'),
    JSON.stringify({
      hasCompletedOnboarding: true,
      hasSeenAutoDefaultNotice: true,
      projects: { [project]: { hasTrustDialogAccepted: true } },
    }),
  )
  writeFileSync(
    join(home, '.claude', 'settings.json'),
    JSON.stringify({
      permissions: { defaultMode: 'acceptEdits', disableAutoMode: 'disable' },
      tui: 'default',
      theme: 'dark',
      spinnerTipsEnabled: false,
    }),
  )
  return {
    ANTHROPIC_BASE_URL: 'http://127.0.0.1:9/anthropic',
    ANTHROPIC_AUTH_TOKEN: 'none',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}
