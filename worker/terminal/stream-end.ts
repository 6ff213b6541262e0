/**
 * Our end of a terminal where only node-pty's fork is to be had: Node's own stream on the descriptor, with the rest read
 * by hand, because libuv takes a hang-up after a short read for the end.
 */
import { readSync, writeSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import { errorCode } from './error-code.ts'
import { flushDelay } from './flow.ts'
import type { NodePtyNative } from './pty-native.ts'
import type { TerminalEnd, TerminalEndEvents } from './terminal-end.ts'

/** All terminals read into this one. */
const readBuffer = Buffer.allocUnsafeSlow(65_536)
/** The kernel holds less than this of a program that has ended; what comes after is another's. */
const lastBytes = 262_144

export class StreamEnd implements TerminalEnd {
  readonly #resize: NodePtyNative['resize']
  readonly #fd: number
  readonly #events: TerminalEndEvents
  readonly #stream: ReadStream
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #toldAt = 0
  #typed = false
  #timer: NodeJS.Timeout | undefined
  #ended = false

  constructor({ resize }: NodePtyNative, fd: number, events: TerminalEndEvents) {
    this.#resize = resize
    this.#fd = fd
    this.#events = events
    const onread = {
      buffer: readBuffer,
      callback: (length: number) => {
        this.#take(readBuffer.subarray(0, length))
        return true
      },
    }
    // `onread` is net.Socket's, which tty.ReadStream hands its options to; its types do not say so.
    this.#stream = new ReadStream(fd, { onread } as object)
    this.#stream.on('end', () => {
      this.drain()
      this.#end()
    })
    // EIO: nothing was left to read, and the stream has closed the descriptor already.
    this.#stream.on('error', () => this.#end())
    this.#stream.on('close', () => this.#end())
    this.#stream.resume()
  }

  write(data: Uint8Array): number {
    if (this.#ended) return -1
    this.#typed = true
    try {
      return writeSync(this.#fd, data)
    } catch (error) {
      return errorCode(error) === 'EAGAIN' ? 0 : -1
    }
  }

  state(): number {
    return -1
  }

  resize(cols: number, rows: number): void {
    if (!this.#ended) this.#resize(this.#fd, cols, rows)
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    if (!this.#ended) this.#stream.resume()
  }

  drain(): boolean {
    for (let total = 0; total < lastBytes && !this.#ended && !this.#stream.destroyed; ) {
      try {
        const length = readSync(this.#fd, readBuffer)
        total += length
        if (length > 0) this.#take(readBuffer.subarray(0, length))
        else this.#ended = true
      } catch (error) {
        if (errorCode(error) === 'EAGAIN') break
        this.#ended = true
      }
    }
    this.#tell()
    return this.#ended || this.#stream.destroyed
  }

  shorten(): void {}

  settle(): void {}

  close(): void {
    clearTimeout(this.#timer)
    this.#ended = true
    this.#stream.destroy()
  }

  #take(chunk: Buffer): void {
    this.#waiting.push(Buffer.from(chunk))
    this.#waitingBytes += chunk.length
    const delay = flushDelay(performance.now() - this.#toldAt, this.#waitingBytes, this.#typed)
    if (delay === 0) this.#tell()
    else this.#timer ??= setTimeout(() => this.#tell(), delay)
  }

  #tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waitingBytes === 0) return
    const batch = Buffer.concat(this.#waiting)
    this.#waiting = []
    this.#waitingBytes = 0
    this.#toldAt = performance.now()
    this.#typed = false
    this.#events.data(batch)
  }

  #end(): void {
    this.#tell()
    this.#ended = true
    this.#events.end()
  }
}
