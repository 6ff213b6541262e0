/** What people tell a running controller: look now, stop acting, say something in the room, let a held Workshop go. */
import type { Clock } from '../databricks/client/clock.ts'
import type { Source } from '../sources/source.ts'
import type { Controller } from './controller.ts'
import type { Feed } from './feed.ts'
import type { WorkQueue } from './queue.ts'
import type { WorkshopRecord } from './record.ts'
import type { Records } from './records.ts'

export interface OrderContext {
  readonly records: Pick<Records, 'get'>
  readonly sources: readonly Source[]
  readonly queue: Pick<WorkQueue, 'add'>
  readonly feed: Pick<Feed, 'changed'>
  readonly clock: Pick<Clock, 'now'>
}

type Orders = Pick<Controller, 'reconcileNow' | 'setSuspended' | 'setRoom' | 'pollSources' | 'confirmRemoval'>

export function ordersTo({ records, sources, queue, feed, clock }: OrderContext): Orders {
  const find = (key: string, then: (record: WorkshopRecord) => void): boolean => {
    const record = records.get(key)
    if (record) then(record)
    return record !== undefined
  }
  const seen = (record: WorkshopRecord) => {
    feed.changed(record)
    queue.add(record.key)
  }
  return {
    reconcileNow: (key, deep = true) =>
      find(key, (record) => {
        if (deep) for (const source of sources) if (source.get(key)) source.poll?.()
        record.deep ||= deep
        queue.add(key)
      }),
    setSuspended: (key, on) =>
      find(key, (record) => {
        record.suspendedByHand = on
        record.say({ at: clock.now(), who: 'control room', level: 'info', text: on ? 'suspended' : 'goes on' })
        seen(record)
      }),
    setRoom: async (key, room) => {
      await records.get(key)?.writeRoom(room, clock.now())
      return find(key, seen)
    },
    pollSources: () => {
      for (const source of sources) source.poll?.()
    },
    confirmRemoval: (key) => sources.some((source) => source.confirmRemoval?.(key) === true),
  }
}
