/**
 * Which way a terminal connects: a WebSocket, or plain requests on networks that break WebSockets. Remembers what works
 * here and looks from time to time whether the better way has opened.
 */
import { opcode } from '@workshop/contracts/terminal-protocol'
import { finalEnd } from './reconnect-delay.ts'
import type { Connect, TermClock } from './term-options.ts'

export type TransportName = 'socket' | 'http'

/** What this browser knows about its network; shared by all terminals of the page. `until` is epoch ms. */
export interface TransportMemory {
  httpUntil: number
}

export interface TransportOptions {
  readonly socket: Connect
  readonly http: Connect
  /** Can a WebSocket be opened now? */
  readonly probe: () => Promise<boolean>
  readonly memory: TransportMemory
  readonly clock: TermClock
  readonly using: (name: TransportName) => void
}

/** Two handshakes in a row: one alone may be a worker that restarts. */
const failuresToGiveUp = 2
/** How long plain requests are kept before a WebSocket is tried again, ms. */
export const tryAgainMs = 600_000
/** A handshake that hangs is as good as refused, ms. */
const handshakeMs = 4_000
/** The connection was cut; nobody said why (as WebSocket's own code for that). */
const cutCode = 1006
/** The other side asks to be called again; offsets make it seamless. */
const switchCode = 1012

/** Connects by the way that works. One per terminal. */
export function bestTransport(options: TransportOptions): Connect {
  const { memory, clock, using } = options
  let failures = 0
  return (events) => {
    const byHttp = clock.now() < memory.httpUntil
    using(byHttp ? 'http' : 'socket')
    let welcomed = false
    let over = false
    let told = false
    const timers: (() => void)[] = []
    const settle = (code: number) => {
      if (over) return
      over = true
      for (const cancel of timers) cancel()
      if (welcomed || finalEnd(code) !== undefined) failures = 0
      else if (byHttp) memory.httpUntil = 0
      else if (++failures >= failuresToGiveUp) {
        failures = 0
        memory.httpUntil = clock.now() + tryAgainMs
      }
    }
    const tell = (code: number, reason: string) => {
      settle(code)
      if (!told) events.close(code, reason)
      told = true
    }
    const connection = (byHttp ? options.http : options.socket)({
      open: events.open,
      message: (bytes) => {
        welcomed ||= bytes[0] === opcode.welcome
        events.message(bytes)
      },
      close: tell,
    })
    const close = () => {
      settle(0)
      connection.close()
    }
    // A socket that carries nothing does not carry its close either: it is not waited for.
    const giveUp = () => {
      if (welcomed) return
      tell(cutCode, 'no answer')
      connection.close()
    }
    if (!byHttp) timers.push(clock.after(handshakeMs, giveUp))
    else timers.push(clock.after(tryAgainMs, () => void lookForBetter()))
    const lookForBetter = async () => {
      const opened = await options.probe()
      if (over) return
      memory.httpUntil = clock.now() + (opened ? 0 : tryAgainMs)
      if (!opened) timers.push(clock.after(tryAgainMs, () => void lookForBetter()))
      else {
        tell(switchCode, 'a WebSocket can be had again')
        connection.close()
      }
    }
    return { send: connection.send.bind(connection), close }
  }
}
