/** The viewers that are attached to one session. */
import type { ServerFrame, TerminalEvent } from '@workshop/contracts/terminal-protocol'
import type { Viewer, ViewerSource } from './viewer.ts'

export class Viewers {
  readonly #byId = new Map<number, Viewer>()
  /** Gets what all get, and is counted nowhere. */
  recorder: Viewer | undefined

  get size(): number {
    return this.#byId.size
  }

  /** Those among them who only look on. */
  get watchers(): number {
    return this.list().filter(({ role }) => role === 'view').length
  }

  list(): Viewer[] {
    return [...this.#byId.values()]
  }

  add(viewer: Viewer): void {
    this.#byId.set(viewer.id, viewer)
  }

  /** False when it was gone already. */
  remove(viewer: Viewer): boolean {
    return this.#byId.delete(viewer.id)
  }

  /** Who is there. */
  presence(): TerminalEvent {
    const watching = this.list().flatMap(({ role, email }) => (role === 'view' && email !== '' ? [email] : []))
    return { kind: 'viewers', count: this.#byId.size, watching: [...new Set(watching)] }
  }

  /** Where the one stands that the program follows; undefined when there is none. Watchers never hold it up. */
  fastest(): number | undefined {
    let fastest: number | undefined
    for (const { role, acked } of this.#byId.values()) {
      if (role === 'control' && (fastest === undefined || acked > fastest)) fastest = acked
    }
    return fastest
  }

  /** Is there one whose terminal answers what the program asks? With several it is the size owner's, see TermClient. */
  answers(owner: number): boolean {
    const [only] = this.#byId.values()
    const viewer = this.#byId.size === 1 ? only : this.#byId.get(owner)
    return viewer !== undefined && viewer.role === 'control' && !viewer.isReplaying
  }

  /** Who came or typed last: `usedAt` counts up. */
  latest(usedAt: number): Viewer | undefined {
    for (const viewer of this.#byId.values()) if (viewer.usedAt === usedAt) return viewer
    return undefined
  }

  /** Sends what each may be sent. */
  pump(source: ViewerSource): void {
    for (const viewer of this.#byId.values()) viewer.pump(source)
    this.recorder?.pump(source)
  }

  /** To all, or to all that `only` picks. */
  tell(frame: ServerFrame, only: (viewer: Viewer) => boolean = () => true): void {
    for (const viewer of this.list()) if (only(viewer)) viewer.send(frame)
    if (frame.type === 'size') this.recorder?.send(frame)
  }

  closeAll(code: number, reason: string): void {
    const all = this.list()
    this.#byId.clear()
    this.recorder?.close(code, reason)
    this.recorder = undefined
    for (const viewer of all) viewer.close(code, reason)
  }
}
