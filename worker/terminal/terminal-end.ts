/** Our end of a pseudo-terminal, as pty.ts needs it; made by our native part, or without it from node-pty's descriptor. */
import type { NativeConnection } from './pty-native.ts'

/** What may go between a terminal and one viewer at once, before anybody asks; see shortcut.c. */
export interface Shortcut {
  readonly wire: NativeConnection
  /** Number of the next byte of output. */
  readonly offset: number
  /** Bytes of output that the viewer may be sent. */
  readonly allowance: number
  /** Number of the next byte that the viewer types; -1 when it may not. */
  readonly nextKey: number
}

export interface TerminalEnd {
  /** Bytes taken; 0 when the kernel has no room; -1 when the terminal is gone. */
  readonly write: (data: Uint8Array) => number
  /** 1: echoes, 2: gathers lines; -1: cannot be told. */
  readonly state: () => number
  readonly resize: (cols: number, rows: number) => void
  readonly pause: () => void
  readonly resume: () => void
  /** Hands on what is left without waiting; true when the terminal is at its end. */
  readonly drain: () => boolean
  /** Opens or closes the short way. Does nothing where there is none. */
  readonly shorten: (shortcut: Shortcut | undefined) => void
  /** Tells now what went the short way. */
  readonly settle: () => void
  readonly close: () => void
}

/**
 * What a batch is known to hold, in whole sequences: text and colours only, or drawing besides. Neither a title nor
 * another control string, a question, a full reset or a switch of screens.
 */
export type Holds = 'text' | 'drawing'

export interface TerminalEndEvents {
  /** Output in batches, as flushDelay says. Valid only during the call. `holds` and `shown` as in PtyEvents. */
  readonly data: (batch: Buffer, holds?: Holds, shown?: boolean) => void
  /** Nobody has the terminal open any more. */
  readonly end: () => void
}
