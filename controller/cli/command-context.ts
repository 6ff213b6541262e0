/** What every command is given, and how it says how it went. */
import type { ControllerConfig } from '../config.ts'
import type { Terminal } from './terminal.ts'

export type OutputFormat = 'text' | 'json' | 'yaml'

/** 0 done, 1 failed, 2 bad input or usage. */
export type ExitCode = 0 | 1 | 2

export interface CommandContext {
  readonly terminal: Terminal
  readonly config: ControllerConfig
  readonly output: OutputFormat
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly stopped: AbortSignal
}
