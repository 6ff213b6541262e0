/**
 * `term.v1`: what browser and worker say to one another about one terminal, over one WebSocket per viewer. Binary
 * messages, one frame each, big-endian, first byte the opcode. docs/reference/protocol.md tells the rules; the codec
 * is in terminal-encode.ts and terminal-decode.ts. Runs in browsers and in Node.
 */

/** The WebSocket subprotocol. */
export const terminalProtocol = 'term.v1'

/** First byte of every frame. */
export const opcode = {
  hello: 0x01,
  welcome: 0x02,
  output: 0x10,
  reset: 0x11,
  replay: 0x12,
  ack: 0x13,
  input: 0x20,
  inputAck: 0x21,
  inputStall: 0x22,
  resize: 0x30,
  size: 0x31,
  exit: 0x40,
  event: 0x41,
  control: 0x42,
  ping: 0x50,
  pong: 0x51,
} as const

/** Bounds that both sides keep and check. Sizes in bytes, times in milliseconds. */
export const terminalLimits = {
  /** Payload of OUTPUT, REPLAY and INPUT. */
  maxData: 65_536,
  /** A JSON body (HELLO, WELCOME, EVENT, CONTROL). */
  maxJson: 8_192,
  /** Any frame: header and payload. The socket refuses larger messages before they are read. */
  maxFrame: 65_536 + 64,
  /** Output sent and not yet acknowledged as parsed; more only puts off Ctrl-C on a slow link. */
  window: 262_144,
  maxWindow: 393_216,
  minWindow: 4_096,
  /** The client acknowledges at the latest after so many bytes or so long. At most half the window. */
  ackBytes: 98_304,
  ackMs: 500,
  /** Input sent and not yet acknowledged as written to the terminal. */
  inputWindow: 65_536,
  /** HELLO must come within this time. */
  helloMs: 5_000,
  /** The server pings so often: proxies cut idle connections after about 60 s. */
  heartbeatMs: 20_000,
  /** Sizes outside are clamped by the server. */
  minCols: 2,
  minRows: 1,
  maxCols: 1_000,
  maxRows: 500,
  maxTitle: 256,
} as const

/** WebSocket close codes. After `gone`, `forbidden`, `replaced` and `ended` a client must not come back by itself. */
export const closeCode = {
  /** The session was closed by its owner. */
  ended: 1000,
  /** The worker goes away; come back. */
  restarting: 1012,
  protocol: 4400,
  forbidden: 4403,
  gone: 4404,
  /** HELLO did not come, or no sign of life. */
  timeout: 4408,
  /** A newer socket of the same client took over. */
  replaced: 4409,
  /** The session runs a new program (new epoch); come back at once. */
  restarted: 4410,
  /** Too many viewers. */
  busy: 4429,
} as const

/** `view` sees and never types. */
export type TerminalRole = 'control' | 'view'

/** How a program ended; `signal` is 0 when it exited by itself. */
export interface TerminalExit {
  readonly code: number
  readonly signal: number
}

/** Why a viewer's screen is built anew. */
export const resetReason = { fresh: 0, outOfRing: 1, newEpoch: 2 } as const
export type ResetReason = (typeof resetReason)[keyof typeof resetReason]

/** Body of HELLO. */
export interface Hello {
  readonly session: string
  /** Life of the PTY that `from` and `inSeq` speak of; absent the first time. */
  readonly epoch?: string
  /** The next output byte that this client wants. */
  readonly from?: number
  /** Chosen once per page; input is numbered per client. */
  readonly client: string
  /** First input byte that the client still holds. */
  readonly inSeq: number
  readonly cols: number
  readonly rows: number
  readonly visible: boolean
  readonly role: TerminalRole
  /** Output window wished for, in bytes. */
  readonly window: number
}

/** Body of WELCOME: the first frame of the server. */
export interface Welcome {
  readonly epoch: string
  readonly role: TerminalRole
  /** Number of this viewer, unique in the session's life. */
  readonly viewer: number
  /** Input bytes of this client that the server has; send from here. */
  readonly inSeq: number
  readonly cols: number
  readonly rows: number
  /** The viewer whose size counts; 0 when nobody's does. */
  readonly owner: number
  /** Output before this offset is history: questions in it were answered long ago, so answers stay muted. */
  readonly live: number
  readonly window: number
  readonly heartbeatMs: number
  readonly title: string
  /** Set when the program has ended; EXIT follows after the last byte all the same. */
  readonly exit?: TerminalExit
}

/**
 * How the program has set its terminal. A line editor (bash, zsh, python) and full-screen programs read with `echo` and
 * `canonical` both off and print what is typed themselves; `echo` off with `canonical` on is a question for a password.
 */
export interface TtyState {
  /** The kernel shows what is typed. */
  readonly echo: boolean
  /** The program gets whole lines. */
  readonly canonical: boolean
  /** The alternate screen is on. */
  readonly alternate: boolean
}

/**
 * Body of EVENT. `tty` comes on attach and before the output that follows a change; it never comes from a worker that
 * cannot tell.
 */
export type TerminalEvent =
  | { readonly kind: 'title'; readonly title: string }
  /** `watching`: e-mail addresses of those who look on and cannot type. */
  | { readonly kind: 'viewers'; readonly count: number; readonly watching: readonly string[] }
  | { readonly kind: 'draining'; readonly message: string }
  | { readonly kind: 'warning'; readonly message: string }
  | ({ readonly kind: 'tty' } & TtyState)

export const terminalSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGTSTP', 'SIGCONT', 'SIGKILL'] as const
export type TerminalSignal = (typeof terminalSignals)[number]

/** Body of CONTROL. `signal` goes to the program in the foreground, `kill` ends the whole session's program. */
export type TerminalControl =
  | { readonly action: 'take-size' }
  | { readonly action: 'drop-input' }
  | { readonly action: 'signal'; readonly signal: TerminalSignal }
  | { readonly action: 'kill' }

/** What a client may say. Offsets and sequence numbers are whole numbers below 2^53. */
export type ClientFrame =
  | { readonly type: 'hello'; readonly hello: Hello }
  | { readonly type: 'ack'; readonly offset: number }
  | { readonly type: 'input'; readonly inSeq: number; readonly data: Uint8Array }
  | { readonly type: 'resize'; readonly cols: number; readonly rows: number; readonly visible: boolean }
  | { readonly type: 'control'; readonly control: TerminalControl }
  | { readonly type: 'ping'; readonly time: number }
  | { readonly type: 'pong'; readonly time: number }

/** What a server may say. */
export type ServerFrame =
  | { readonly type: 'welcome'; readonly welcome: Welcome }
  | { readonly type: 'output'; readonly offset: number; readonly data: Uint8Array }
  | {
      readonly type: 'reset'
      readonly offset: number
      /** As `Welcome.live`, for this replay. */
      readonly live: number
      readonly cols: number
      readonly rows: number
      readonly why: ResetReason
    }
  | { readonly type: 'replay'; readonly offset: number; readonly last: boolean; readonly data: Uint8Array }
  | { readonly type: 'inputAck'; readonly inSeq: number }
  | { readonly type: 'inputStall'; readonly on: boolean; readonly queued: number }
  | {
      readonly type: 'size'
      readonly cols: number
      readonly rows: number
      readonly owner: number
      /** Output offset at which the size took effect. */
      readonly offset: number
    }
  | { readonly type: 'exit'; readonly offset: number; readonly exit: TerminalExit }
  | { readonly type: 'event'; readonly event: TerminalEvent }
  | { readonly type: 'ping'; readonly time: number }
  | { readonly type: 'pong'; readonly time: number }

/** The other side broke the protocol; the only thing that the codec ever throws. */
export class TerminalProtocolError extends Error {
  readonly code = 'WO-4020'

  constructor(message: string) {
    super(message)
    this.name = 'TerminalProtocolError'
  }
}
