/** A terminal whose program ended with the worker's last life: shows the screen that was saved, as an ended session does. */
import { decodeServer } from '@workshop/contracts/terminal-decode'
import { type ServerFrame, type TerminalExit, TerminalProtocolError } from '@workshop/contracts/terminal-protocol'
import type { Pty, PtySize, SpawnPty } from './pty.ts'
import type { Screens } from './screens.ts'
import { TerminalSession } from './session.ts'

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
  for (const frame of frames) {
    if (frame.type === 'replay' || frame.type === 'output') screen.feed(Uint8Array.from(frame.data))
    else if (frame.type === 'size') {
      size = { cols: frame.cols, rows: frame.rows }
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

/** All frames up to where the crash cut the file. */
function readableFrames(log: Uint8Array): readonly ServerFrame[] {
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength)
  const frames: ServerFrame[] = []
  try {
    for (let at = 0; at + 4 <= log.length; ) {
      const end = at + 4 + view.getUint32(at)
      if (end > log.length) break
      frames.push(decodeServer(log.subarray(at + 4, end)))
      at = end
    }
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
    const nothing = () => {}
    const pty: Pty = {
      pid: 0,
      queued: 0,
      get written() {
        return written
      },
      write: (bytes) => {
        written += bytes.length
      },
      tty: () => undefined,
      ...{ dropInput: nothing, resize: nothing, pause: nothing, resume: nothing, kill: nothing },
    }
    return pty
  }
}
