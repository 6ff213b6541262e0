/** A viewer's WebSocket, whatever carries it: our native part, or Node's streams and ws where that does not load. */
import type { ViewerLink } from '../viewer.ts'

export interface TerminalSocket extends ViewerLink {
  /** Neither closed nor told to go: whatever a socket that is not still says counts for nothing. */
  readonly isOpen: () => boolean
  /** Who hears it from now on; called once, before anything can come. */
  readonly listen: (listener: SocketListener) => void
  readonly ping: () => void
  /** Cuts it off without a word. */
  readonly terminate: () => void
  /** Says why, and ends it whether the peer agrees or not. */
  readonly close: (code: number, reason: string) => void
  /** Once, when the connection is gone. */
  readonly onClosed: (listener: () => void) => void
}

export interface SocketListener {
  /** One whole message; `data` is valid only during the call. */
  readonly message: (data: Buffer, isBinary: boolean) => void
  readonly pong: () => void
}

/** A peer that does not answer a close within this time is cut off. */
export const closeWithinMs = 2_000

/** Bytes of a reason that fit into a close frame, with room to spare (RFC 6455 5.5: 125 less the code). */
const reasonBytes = 120

/** As much of it as may be sent, in whole characters. */
export function closeReason(reason: string): Buffer {
  const bytes = Buffer.from(reason)
  let end = Math.min(bytes.length, reasonBytes)
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.subarray(0, end)
}
