/** Remembers the last events under growing ids, so that a browser that was away gets what it missed and no more. */
import type { FleetEvent } from '@workshop/contracts/fleet-api'

export interface NumberedEvent {
  readonly id: number
  readonly event: FleetEvent
}

/** Enough for a reconnect of some minutes; whoever was away longer gets everything anew. */
const kept = 500

export class EventLog {
  readonly #events: NumberedEvent[] = []
  #next: number

  /** `firstId` must be above every id of earlier runs: the start time in epoch ms. */
  constructor(firstId: number) {
    this.#next = firstId
  }

  add(event: FleetEvent): NumberedEvent {
    const numbered = { id: this.#next++, event }
    this.#events.push(numbered)
    if (this.#events.length > kept) this.#events.shift()
    return numbered
  }

  /** Id of the newest event, or of the moment before the first. */
  get lastId(): number {
    return this.#next - 1
  }

  /** Events after `id`; undefined when some of them are forgotten or the id is not from this run. */
  since(id: number): readonly NumberedEvent[] | undefined {
    const oldest = this.#events[0]?.id ?? this.#next
    if (!Number.isSafeInteger(id) || id < oldest - 1 || id > this.lastId) return undefined
    return this.#events.filter((event) => event.id > id)
  }
}

/** One event as text/event-stream. JSON has no raw line breaks, so one data line is enough. */
export function eventText({ id, event }: NumberedEvent): string {
  return `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`
}
