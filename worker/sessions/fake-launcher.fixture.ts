/** A launcher for tests whose terminals run nothing: it records what was asked of it. */
import type { AgentId, IsolationLevel } from '@workshop/contracts/worker-api'
import type { RunningTerminal, SessionLauncher, SessionOrder } from './launcher.ts'

/** A terminal that ends when told to. */
export class FakeTerminal implements RunningTerminal {
  readonly ended: Promise<{ readonly code: number; readonly signal: number }>
  readonly events: string[] = []
  viewerCount = 0
  output: number | undefined
  input: number | undefined
  exit: (how: { readonly code: number; readonly signal: number }) => void = () => {}

  constructor() {
    this.ended = new Promise((resolve) => {
      this.exit = resolve
    })
  }

  viewers = () => this.viewerCount
  lastOutputAt = () => this.output
  lastInputAt = () => this.input
  title = () => ''
  dropWatchers = () => void this.events.push('drop watchers')
  announceDraining = () => void this.events.push('draining')
  close = (code: number) => void this.events.push(`close ${code}`)
  stop = async () => {
    this.events.push('stop')
    this.exit({ code: 0, signal: 1 })
  }
}

/** `failLaunch` makes the next launches fail; `hold` keeps them waiting. */
export class FakeLauncher implements SessionLauncher<FakeTerminal> {
  readonly isolation: { readonly level: IsolationLevel; readonly message: string }
  readonly terminals = new Map<string, FakeTerminal>()
  readonly discarded: string[] = []
  failLaunch = false
  hold: Promise<void> = Promise.resolve()

  constructor(level: IsolationLevel) {
    this.isolation = { level, message: '' }
  }

  titleOf = (agent: AgentId) => agent
  prepare = async () => {}
  saved = async () => []
  launch = async ({ id }: SessionOrder) => {
    await this.hold
    if (this.failLaunch) throw new Error('no program')
    const terminal = new FakeTerminal()
    this.terminals.set(id, terminal)
    return terminal
  }
  /** Set by the tests that upload. */
  uploadFolder = ''
  uploads = () => ({ folder: this.uploadFolder, seen: '/uploads' })
  discard = async ({ id }: SessionOrder) => void this.discarded.push(id)
}
