/** Our end of a pseudo-terminal, as pty.ts needs it; made by our native part, or without it from node-pty's descriptor. */

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
  readonly close: () => void
}

export interface TerminalEndEvents {
  /** Output in batches, as flushDelay says. Valid only during the call. `plain` as in PtyEvents. */
  readonly data: (batch: Buffer, plain?: boolean) => void
  /** Nobody has the terminal open any more. */
  readonly end: () => void
}
