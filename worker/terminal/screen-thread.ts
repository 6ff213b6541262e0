/**
 * The one thread in which the screens of all sessions live: parsing costs two to three times what moving the bytes
 * does, and must not delay anybody's keys. Started by screens.ts.
 */
import { parentPort } from 'node:worker_threads'
import { Screen } from './screen.ts'
import type { ScreenAnswer, ScreenCommand } from './screens.ts'

const screens = new Map<number, Screen>()
const encoder = new TextEncoder()

function answer(message: ScreenAnswer, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, [...transfer])
}

function carryOut(command: ScreenCommand): void {
  if (command.do === 'open') {
    screens.set(command.id, new Screen(command.cols, command.rows))
    return
  }
  const screen = screens.get(command.id)
  if (screen === undefined) return
  const { id } = command
  if (command.do === 'feed') {
    const { length: parsed, buffer: spent } = command.bytes
    screen.write(command.bytes, () => answer({ id, parsed, spent }, [spent]))
  } else if (command.do === 'close') {
    screens.delete(id)
    screen.close()
  } else if (command.do === 'resize') {
    // Through the queue: sizes take effect between the bytes around them.
    screen.write(new Uint8Array(0), () => {
      if (screens.has(id)) screen.resize(command.cols, command.rows)
    })
  } else {
    screen.write(new Uint8Array(0), () => {
      // Closed while the question waited: nobody wants the answer.
      if (!screens.has(id)) return
      const snapshot = encoder.encode(command.do === 'cursor' ? screen.cursor() : screen.snapshot())
      answer({ id, ask: command.ask, snapshot }, [snapshot.buffer])
    })
  }
}

parentPort?.on('message', carryOut)
