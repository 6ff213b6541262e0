/** Plays a person at a terminal: types, waits for what shows, changes the window's size; keeps all that was printed. */
import { decodeServer } from '../../contracts/terminal-decode.ts'
import type { Launch } from '../../worker/terminal/launch.ts'
import { openTerminal, screenText } from '../../worker/terminal/screen-state.ts'
import { TerminalSession } from '../../worker/terminal/session.ts'
import { type Viewer, wholeFrame } from '../../worker/terminal/viewer.ts'
import type { Recording } from './recording.ts'

export interface Step {
  readonly keys?: string
  readonly size?: readonly [cols: number, rows: number]
  /** What the screen must show afterwards. */
  readonly sees?: RegExp
  /** Silence to wait for then; programs with a spinner have none, so never longer than ten times that. */
  readonly quietMs?: number
}

const size = { cols: 120, rows: 40 }
const seesWithinMs = 45_000
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Runs a program through `steps` and ends it; throws with the screen when it does not show what a step waits for. */
export async function play(launch: Launch, steps: readonly Step[]): Promise<Omit<Recording, 'program'>> {
  const session = new TerminalSession({ id: 'recorded', launch, ...size })
  const terminal = openTerminal(size.cols, size.rows)
  const chunks: Uint8Array[] = []
  const sizes: { offset: number; cols: number; rows: number }[] = []
  let printedAt = performance.now()
  let offset = 0
  let typed = 0
  const hello = { session: 'recorded', client: 'person', inSeq: 0, ...size, visible: true, window: 393_216 } as const
  const link = {
    send: (bytes: Uint8Array, body?: Uint8Array) => {
      const frame = decodeServer(wholeFrame(bytes, body))
      if (frame.type === 'size' && frame.offset > 0) {
        sizes.push({ offset: frame.offset, cols: frame.cols, rows: frame.rows })
        terminal.resize(frame.cols, frame.rows)
      }
      if (frame.type !== 'output') return
      const data = frame.data
      chunks.push(data)
      printedAt = performance.now()
      offset = frame.offset + data.length
      const end = offset
      terminal.write(data, () => queueMicrotask(() => session.acknowledge(viewer, end)))
    },
    queued: () => 0,
    onDrained: () => {},
    close: () => {},
  }
  const viewer: Viewer = session.attach(link, { ...hello, role: 'control' }, 'control')
  const type = (text: string) => {
    const data = Buffer.from(text)
    session.input(viewer, typed, data)
    typed += data.length
  }
  terminal.onData(type)
  const settle = async ({ sees, quietMs = 300 }: Step) => {
    const begin = performance.now()
    while (sees !== undefined && !sees.test(screenText(terminal))) {
      if (performance.now() - begin > seesWithinMs || session.exit !== undefined) {
        throw new Error(`never saw ${sees}:\n${screenText(terminal)}`)
      }
      await wait(20)
    }
    const seen = performance.now()
    while (performance.now() - Math.max(seen, printedAt) < quietMs && performance.now() - seen < 10 * quietMs)
      await wait(20)
  }
  try {
    for (const step of steps) {
      if (step.size !== undefined) session.resize(viewer, { cols: step.size[0], rows: step.size[1], visible: true })
      if (step.keys !== undefined) type(step.keys)
      await settle(step)
    }
  } finally {
    const over = new Promise<void>((resolve) => session.onExit(() => resolve()))
    const ended = session.exit !== undefined
    session.close()
    if (!ended) await Promise.race([over, wait(3_000)])
    terminal.dispose()
  }
  return { ...size, sizes, output: Buffer.concat(chunks) }
}
