/** What a page of the control room works on, handed down by the shell. */

import type { ActivityEntry, WorkshopView } from '@workshop/contracts/fleet-api'
import { type InjectionKey, inject, type Ref } from 'vue'

export interface Room {
  readonly view: Readonly<Ref<WorkshopView>>
  readonly activity: Readonly<Ref<readonly ActivityEntry[]>>
  /** Epoch ms, each second. */
  readonly now: Readonly<Ref<number>>
  /** Apps whose rows are unfolded; kept while moving between pages. */
  readonly unfolded: Ref<ReadonlySet<string>>
}

export const roomKey: InjectionKey<Room> = Symbol('room')

export function useRoom(): Room {
  const room = inject(roomKey)
  if (!room) throw new Error('a page of the control room stands outside its shell')
  return room
}
