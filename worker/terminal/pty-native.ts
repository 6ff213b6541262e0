/**
 * Finds and loads the native part of the terminals. Our own first: it needs no compiler, reads in batches and hands no
 * terminal on to other programs. Then node-pty as its install compiled it, of which only the fork is used.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { messageOf, WorkshopError } from '@workshop/contracts/errors'

/** A terminal inside our own native part. */
export interface NativeTerminal {
  readonly native: unique symbol
}

/** A viewer's connection inside our own native part. */
export interface NativeConnection {
  readonly native: unique symbol
}

export type OnExit = (code: number, signal: number) => void

/** Our own native part; worker/prebuilds/native. */
export interface OwnNative {
  /** Starts a program on a new terminal; throws when that fails. Gives the master's descriptor, which nobody closes yet. */
  readonly spawn: (
    file: string,
    args: readonly string[],
    env: readonly string[],
    cwd: string,
    cols: number,
    rows: number,
    onExit: OnExit,
  ) => { readonly fd: number; readonly pid: number }
  /**
   * Reads from now on, and closes the descriptor in the end. Puts each batch into `target` (64 KB); length 0 is the end;
   * `holds` is 1 for text and colours only, 2 for drawing besides; `shown` is 1 when it went the short way.
   */
  readonly open: (
    fd: number,
    target: Buffer,
    onData: (length: number, holds?: number, shown?: number) => void,
  ) => NativeTerminal
  /** Bytes taken; 0 when there is no room; -1 when the terminal is gone. */
  readonly write: (terminal: NativeTerminal, bytes: Uint8Array) => number
  readonly resize: (terminal: NativeTerminal, cols: number, rows: number) => void
  /** 1: echoes, 2: gathers lines; -1: gone. */
  readonly state: (terminal: NativeTerminal) => number
  readonly pause: (terminal: NativeTerminal) => void
  readonly resume: (terminal: NativeTerminal) => void
  /** Hands on what is left without waiting; true when the terminal is at its end. */
  readonly drain: (terminal: NativeTerminal) => boolean
  /** Bytes to and from a copy of the socket `fd`. `onNews`: so many bytes are in `target` (64 KB); 0: its end; -1: there is room. */
  readonly connect: (fd: number, target: Buffer, onNews: (length: number) => void) => NativeConnection
  /** The first `headLength` bytes of `head`, then `body`: bytes taken, as `write`. */
  readonly send: (connection: NativeConnection, head: Uint8Array, headLength: number, body?: Uint8Array) => number
  /**
   * Opens the short way for output, `allowance` bytes at most and from `offset` on, and for keys from number `nextKey` on
   * (-1: none). What goes that way, and what is acknowledged, is told some ms later; `write` counts what was typed that
   * way as taken.
   */
  readonly join: (
    terminal: NativeTerminal,
    connection: NativeConnection,
    offset: number,
    allowance: number,
    nextKey: number,
  ) => void
  /** Tells now what went the short way. */
  readonly settle: (terminal: NativeTerminal) => void
  /** Closes the short way; tells what went it first. */
  readonly part: (opened: NativeTerminal | NativeConnection) => void
  /** Tells once when there is room. */
  readonly awaitRoom: (connection: NativeConnection) => void
  /** Nothing more will be sent. */
  readonly end: (connection: NativeConnection) => void
  readonly close: (opened: NativeTerminal | NativeConnection) => void
}

/** What we use of node-pty's. */
export interface NodePtyNative {
  /** `file, args, env, cwd, cols, rows, uid, gid, utf8, helperPath, onExit`; -1 keeps the user. */
  readonly fork: (
    file: string,
    args: readonly string[],
    env: readonly string[],
    cwd: string,
    cols: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helperPath: string,
    onExit: OnExit,
  ) => { readonly fd: number; readonly pid: number }
  readonly resize: (fd: number, cols: number, rows: number) => void
}

export type LoadedPty =
  | { readonly kind: 'own'; readonly path: string; readonly native: OwnNative }
  | { readonly kind: 'node-pty'; readonly path: string; readonly native: NodePtyNative }

export interface Candidate {
  readonly kind: LoadedPty['kind']
  readonly path: string
}

const require = createRequire(import.meta.url)
let loaded: LoadedPty | undefined

/** Loads once. Throws WO-9003 when nothing fits this machine. */
export function loadPty(): LoadedPty {
  loaded ??= load(candidates())
  return loaded
}

/** Tries candidates in order; throws WO-9003 with every reason. */
export function load(list: readonly Candidate[]): LoadedPty {
  const reasons: string[] = []
  for (const { kind, path } of list) {
    if (!existsSync(path)) continue
    try {
      const native: unknown = require(path)
      if (kind === 'own' && has<OwnNative>(native, 'spawn', 'open', 'connect')) return { kind, path, native }
      if (kind === 'node-pty' && has<NodePtyNative>(native, 'fork', 'resize')) return { kind, path, native }
      reasons.push(`${path} is not what it should be`)
    } catch (error) {
      reasons.push(`${path}: ${messageOf(error)}`)
    }
  }
  const why = reasons.length > 0 ? reasons.join('; ') : `no pty.node for ${process.platform}-${process.arch} was found`
  throw new WorkshopError({ code: 'WO-9003', message: `Terminals cannot be opened: ${why}.` })
}

/** Beside the bundled server.js, in the source tree, and what node-pty's install made. */
function candidates(): Candidate[] {
  const ours = `prebuilds/${process.platform}-${process.arch}/pty.node`
  const here = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
  const own = [here(`./${ours}`), here(`../${ours}`)].map((path) => ({ kind: 'own', path }) as const)
  return [...own, ...installed()]
}

function installed(): Candidate[] {
  try {
    return [{ kind: 'node-pty', path: require.resolve('node-pty/build/Release/pty.node') }]
  } catch {
    return []
  }
}

function has<T>(value: unknown, ...functions: readonly (keyof T & string)[]): value is T {
  if (typeof value !== 'object' || value === null) return false
  return functions.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
}
