/** How fast output goes out, as pure decisions: what a viewer may be sent, when the program must wait, when to flush. */
import { terminalLimits } from '@workshop/contracts/terminal-protocol'

/** Where a viewer stands; offsets as in ByteRing. */
export interface ViewerPosition {
  readonly sent: number
  readonly acked: number
  /** Bytes that may be on their way. */
  readonly window: number
}

/** Bytes in the socket's own queue above which we wait for it to drain. */
export const socketHighWater = 65_536

/** Bytes that the viewer may be sent now; at most one frame. */
export function sendable({ sent, acked, window }: ViewerPosition, end: number, socketQueued: number): number {
  if (socketQueued > socketHighWater) return 0
  return Math.max(0, Math.min(end - sent, acked + window - sent, terminalLimits.maxData))
}

/** The window that a client gets for the one it wishes. */
export function grantWindow(wished: number): number {
  return Math.min(terminalLimits.maxWindow, Math.max(terminalLimits.minWindow, wished))
}

/**
 * Must the program wait? It follows its fastest viewer: three quarters of a ring ahead of that one it is paused, and
 * goes on when half is left, so that the viewer has not run dry while its acknowledgement of 96 KB is on its way. Slower
 * viewers hold up nobody, and with no viewer it never waits. `fastest` is the highest position of the viewers that count.
 */
export function shouldPause(paused: boolean, end: number, fastest: number | undefined, ringBytes: number): boolean {
  return fastest !== undefined && end - fastest >= (paused ? ringBytes / 2 : (ringBytes * 3) / 4)
}

/** After so long without output the next bytes go out at once. */
export const quietMs = 4
/**
 * So many waiting bytes go out without waiting for the time: with one more read they still are one frame, and fit the
 * last quarter of a ring.
 */
export const flushBytes = 57_344

/**
 * How long new output waits for more to go with it, in milliseconds. The first bytes after a pause or after typing go
 * at once, so that a key's echo is never held back; a stream is gathered.
 */
export function flushDelay(sinceLastFlushMs: number, waitingBytes: number, typedSinceFlush: boolean): number {
  if (typedSinceFlush || sinceLastFlushMs >= quietMs || waitingBytes >= flushBytes) return 0
  return quietMs
}
