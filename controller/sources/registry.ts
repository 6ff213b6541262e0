/**
 * A source whose Workshops are objects with a life of their own, such as custom resources: what the loop tells it and
 * asks it. What goes away in such a source without our letting go is left alone: nothing is deleted for an object that
 * nobody can show.
 */
import type { ActivityEntry } from '@workshop/contracts/fleet-api'
import type { WorkshopStatus } from '@workshop/contracts/workshop'
import type { WorkshopRoomSpec } from '@workshop/contracts/workshop-room'

/** `stays`: nobody asked it to go. `leaving`: it waits for us. `gone`: it is not there, or does not wait for us. */
export type ObjectWord = 'stays' | 'leaving' | 'gone'

export interface Registry {
  /** What `Source.get` answers may be old: nothing must be deleted because of it. */
  readonly isBlind: () => boolean
  /** Before the first change to the platform: from here on the object waits for us when it is deleted. */
  readonly claim: (key: string) => Promise<ObjectWord>
  /** Asked of the API itself, not of a copy. */
  readonly ask: (key: string) => Promise<ObjectWord>
  /** Nothing is left on the platform: the object may go. */
  readonly release: (key: string) => Promise<void>
  /** Writes the status where it differs. Answers whether the next turn should try again. */
  readonly report: (key: string, status: WorkshopStatus) => Promise<'done' | 'again'>
  /** Says something in the room, or takes it back: as a whole. */
  readonly writeRoom: (key: string, room: WorkshopRoomSpec) => Promise<void>
  /** One event for people. Never waits, never fails. */
  readonly tell: (key: string, entry: ActivityEntry) => void
}
