/**
 * What one viewer says on its connection, whatever carries it: HELLO first and in time, then frames that its role
 * allows. Whoever opens the connection has checked who the person is, that the session is theirs, and the Origin.
 */
import { decodeClient } from '@workshop/contracts/terminal-decode'
import {
  type ClientFrame,
  closeCode,
  TerminalProtocolError,
  type TerminalRole,
  terminalLimits,
} from '@workshop/contracts/terminal-protocol'
import type { TerminalSession } from './session.ts'
import type { Viewer, ViewerLink } from './viewer.ts'

/** Who is on the other side, and what they may do. */
export interface TerminalGuest {
  readonly email: string
  /** The most that HELLO may ask for. */
  readonly role: TerminalRole
  /** Asked at HELLO, which may come long after they were let in; left out: yes. */
  readonly isWelcome?: () => boolean
  readonly limits?: { readonly viewers?: number }
}

/** Connections to one session: two tabs, a phone, a facilitator, and some that are half dead. */
const defaultViewers = 16

export class Conversation {
  readonly #link: ViewerLink
  readonly #session: TerminalSession
  readonly #guest: TerminalGuest
  readonly #helloTimer: NodeJS.Timeout
  #viewer: Viewer | undefined

  constructor(link: ViewerLink, session: TerminalSession, guest: TerminalGuest) {
    this.#link = link
    this.#session = session
    this.#guest = guest
    this.#helloTimer = setTimeout(() => this.#close(closeCode.timeout, 'HELLO did not come'), terminalLimits.helloMs)
  }

  /** One frame, as bytes. A frame that must not be ends the connection; never throws for what the other side does. */
  receive(bytes: Uint8Array): void {
    try {
      this.#carryOut(decodeClient(bytes))
    } catch (error) {
      if (!(error instanceof TerminalProtocolError)) throw error
      this.refuse(error.message)
    }
  }

  /** Ends the connection because its other side broke the protocol. */
  refuse(reason: string): void {
    this.#close(closeCode.protocol, reason)
  }

  /** The connection is gone. */
  gone(): void {
    clearTimeout(this.#helloTimer)
    this.#close(closeCode.timeout, 'the connection closed')
  }

  #close(code: number, reason: string): void {
    if (this.#viewer === undefined) this.#link.close(code, reason)
    else this.#session.detach(this.#viewer, code, reason)
  }

  #carryOut(frame: ClientFrame): void {
    if (this.#viewer !== undefined) dispatch(this.#session, this.#viewer, frame)
    else if (frame.type === 'hello') this.#attach(frame)
    else throw new TerminalProtocolError('the first frame was not HELLO')
  }

  #attach({ hello }: Extract<ClientFrame, { type: 'hello' }>): void {
    if (hello.session !== this.#session.id) throw new TerminalProtocolError('HELLO names another session')
    clearTimeout(this.#helloTimer)
    if (this.#guest.isWelcome?.() === false) {
      this.#close(closeCode.forbidden, 'its owner shows it no longer')
      return
    }
    const role = this.#guest.role === 'view' ? 'view' : hello.role
    if (this.#isFull(role)) {
      this.#close(closeCode.busy, 'too many viewers')
      return
    }
    this.#viewer = this.#session.attach(this.#link, hello, role, this.#guest.email)
  }

  /** Watchers have places of their own, or the pages of one would keep the owner out. */
  #isFull(role: TerminalRole): boolean {
    const most = this.#guest.limits?.viewers ?? defaultViewers
    const { viewers, watchers } = this.#session.info()
    return role === 'view' ? watchers >= most : viewers - watchers >= most
  }
}

/** Carries out one frame of an attached viewer; throws TerminalProtocolError when it may not be said. */
function dispatch(session: TerminalSession, viewer: Viewer, frame: ClientFrame): void {
  if (viewer.role === 'view' && (frame.type === 'input' || frame.type === 'control')) {
    throw new TerminalProtocolError('a watcher cannot type')
  }
  switch (frame.type) {
    case 'hello':
      throw new TerminalProtocolError('HELLO came twice')
    case 'ack':
      session.acknowledge(viewer, frame.offset)
      break
    case 'input':
      session.input(viewer, frame.inSeq, frame.data)
      break
    case 'resize':
      session.resize(viewer, frame)
      break
    case 'control':
      session.control(viewer, frame.control)
      break
    case 'ping':
      viewer.send({ type: 'pong', time: frame.time })
      break
    case 'pong':
      break
  }
}
