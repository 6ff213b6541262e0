/** What a session is made of, and what it tells of itself. */
import type { TerminalExit } from '@workshop/contracts/terminal-protocol'
import type { Launch } from './launch.ts'
import type { SpawnPty } from './pty.ts'
import type { Screens } from './screens.ts'

export interface SessionOptions {
  readonly id: string
  readonly launch: Launch
  readonly cols: number
  readonly rows: number
  readonly ringBytes?: number
  readonly spawn?: SpawnPty
  readonly screens?: Screens
  readonly now?: () => number
}

/** What lists and cards show. Times are milliseconds since 1970. */
export interface TerminalInfo {
  readonly id: string
  readonly pid: number
  readonly viewers: number
  /** Those among the viewers who only look on. */
  readonly watchers: number
  readonly cols: number
  readonly rows: number
  readonly title: string
  readonly exit?: TerminalExit
  readonly lastOutputAt?: number
  readonly lastInputAt?: number
}
