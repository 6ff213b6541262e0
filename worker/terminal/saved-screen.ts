/** A terminal whose program ended with the worker's last life: shows the screen that was saved, as an ended session does. */
import { decodeServer } from '@workshop/contracts/terminal-decode'
import { framesIn } from '@workshop/contracts/terminal-http'
import { type ServerFrame, type TerminalExit, TerminalProtocolError } from '@workshop/contracts/terminal-protocol'
import type { Pty, PtySize, SpawnPty } from './pty.ts'
import type { Screens } from './screens.ts'
import { TerminalSession } from './session.ts'
import { stillPty } from './still-pty.ts'

/** What is told of a program that the worker's crash took with it: hung up. */
export const hungUp: TerminalExit = { code: 0, signal: 1 }

/** A session that shows `log`, as ScreenLog wrote it; an empty screen of `usual` size when nothing can be read from it. */
export async function savedSession(
  id: string,
  log: Uint8Array,
  usual: PtySize,
  screens: Screens,
): Promise<TerminalSession> {
  const frames = readableFrames(log)
  const [first] = frames
  let size = first?.type === 'reset' ? { cols: first.cols, rows: first.rows } : usual
  const screen = screens.open(size, () => {})
  for (const part of inOrder(frames)) {
    if ('data' in part) screen.feed(part.data)
    else {
      size = part
      screen.resize(size)
    }
  }
  const snapshot = await screen.snapshot()
  screen.close()
  const launch = { file: '', args: [], env: {}, cwd: '/' }
  const session = new TerminalSession({ id, launch, ...size, spawn: endedProgram(Buffer.from(snapshot)) })
  await new Promise<void>((resolve) => session.onExit(() => resolve()))
  return session
}

/** Output, and sizes at the byte from which they count; a SIZE may be told before the output that it follows. */
function* inOrder(frames: readonly ServerFrame[]): Generator<PtySize | { readonly data: Uint8Array }> {
  const sizes = frames.filter((frame) => frame.type === 'size')
  for (const frame of frames) {
    if (frame.type === 'replay') yield { data: frame.data }
    if (frame.type !== 'output') continue
    let at = frame.offset
    const end = at + frame.data.length
    for (let size = sizes[0]; size !== undefined && size.offset < end; size = sizes[0]) {
      sizes.shift()
      const next = Math.max(at, size.offset)
      yield { data: frame.data.subarray(at - frame.offset, next - frame.offset) }
      yield { cols: size.cols, rows: size.rows }
      at = next
    }
    yield { data: frame.data.subarray(at - frame.offset) }
  }
  for (const { cols, rows } of sizes) yield { cols, rows }
}

/** All frames up to where the crash cut the file. */
function readableFrames(log: Uint8Array): readonly ServerFrame[] {
  const frames: ServerFrame[] = []
  try {
    for (const frame of framesIn(log)) frames.push(decodeServer(frame))
  } catch (error) {
    if (!(error instanceof TerminalProtocolError)) throw error
  }
  return frames
}

/** Prints `output` and has ended. */
function endedProgram(output: Buffer): SpawnPty {
  return (_launch, _size, { data, exit }) => {
    setImmediate(() => {
      data(output)
      exit(hungUp)
    })
    let written = 0
    const pty: Pty = {
      ...stillPty,
      get written() {
        return written
      },
      write: (bytes) => {
        written += bytes.length
      },
    }
    return pty
  }
}
