/**
 * Finds and loads node-pty's native part. Our own build first: it needs no compiler, and it hands no terminal on to
 * other programs. Then the one that node-pty compiled at install, whose children would inherit the terminals of all
 * earlier sessions, so that a small shell closes them first.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { WorkshopError } from '@workshop/contracts/errors'

/** What we use of `pty.node`. */
export interface NativePty {
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
    onExit: (code: number, signal: number) => void,
  ) => { readonly fd: number; readonly pid: number }
  readonly resize: (fd: number, cols: number, rows: number) => void
  /** Only in our own build: 1 echo, 2 canonical, -1 gone. */
  readonly ttyState?: (fd: number) => number
}

export interface LoadedPty {
  readonly native: NativePty
  /** Where it came from. */
  readonly path: string
  /** Does its fork close what the child must not inherit? */
  readonly closesInherited: boolean
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
  for (const { path, closesInherited } of list) {
    if (!existsSync(path)) continue
    try {
      const native: unknown = require(path)
      if (isNativePty(native)) return { native, path, closesInherited }
      reasons.push(`${path} is not node-pty`)
    } catch (error) {
      reasons.push(`${path}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const why = reasons.length > 0 ? reasons.join('; ') : `no pty.node for ${process.platform}-${process.arch} was found`
  throw new WorkshopError({ code: 'WO-9003', message: `Terminals cannot be opened: ${why}.` })
}

export interface Candidate {
  readonly path: string
  readonly closesInherited: boolean
}

/** Beside the bundled server.js, in the source tree, and what node-pty's install made. */
function candidates(): Candidate[] {
  const ours = `prebuilds/${process.platform}-${process.arch}/pty.node`
  const here = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
  const own = [here(`./${ours}`), here(`../${ours}`)].map((path) => ({ path, closesInherited: true }))
  return [...own, ...installed()]
}

function installed(): Candidate[] {
  try {
    return [{ path: require.resolve('node-pty/build/Release/pty.node'), closesInherited: false }]
  } catch {
    return []
  }
}

function isNativePty(value: unknown): value is NativePty {
  if (typeof value !== 'object' || value === null) return false
  return 'fork' in value && typeof value.fork === 'function' && 'resize' in value && typeof value.resize === 'function'
}
