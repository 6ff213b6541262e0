/**
 * What is said in rooms: WorkshopRoom objects, each beside the Workshop of its name. They are watched on their own, so
 * that a facilitator needs no right on Workshops, and a tool that keeps a Workshop as it is in git has nothing to
 * revert. A cluster without the CRD has no rooms and is served all the same.
 */
import { setConditions } from '@workshop/contracts/conditions'
import { messageOf, WorkshopError } from '@workshop/contracts/errors'
import { isSilent, validateRoomSpec } from '@workshop/contracts/validate-room'
import type { WorkshopStatus } from '@workshop/contracts/workshop'
import type { WorkshopRoomSpec, WorkshopRoomStatus } from '@workshop/contracts/workshop-room'
import type { KubeApi } from '../../kubernetes/api.ts'
import { KubeError } from '../../kubernetes/kube-error.ts'
import {
  collectionPath,
  fieldManager,
  type KubeObject,
  objectPath,
  ownApiVersion,
  ownedBy,
  statusApply,
  workshopRooms,
} from '../../kubernetes/objects.ts'
import type { WatchState } from '../../kubernetes/watch-state.ts'
import { Watcher, type WatcherOptions } from '../../kubernetes/watcher.ts'
import type { LoopOptions } from '../../loop/options.ts'
import type { WorkshopObject } from './resolve.ts'
import { roomCondition } from './room-condition.ts'
import { canonical } from './status-body.ts'

export interface RoomObject extends KubeObject {
  readonly spec: unknown
  readonly status?: WorkshopRoomStatus
}

export interface RoomsOptions extends Pick<WatcherOptions<RoomObject>, 'clock' | 'random' | 'pace' | 'onChange'> {
  readonly api: KubeApi
  readonly namespace: string | undefined
  readonly log: LoopOptions['log']
}

export class Rooms {
  readonly #options: RoomsOptions
  readonly #watcher: Watcher<RoomObject>
  #isTroubled = false

  constructor(options: RoomsOptions) {
    const { api, namespace, clock, random, pace, onChange, log } = options
    this.#options = options
    this.#watcher = new Watcher<RoomObject>({
      ...{ api, clock, random, onChange, ...(pace ? { pace } : {}) },
      path: collectionPath(workshopRooms, namespace),
      keep: ({ metadata, spec, status }) => ({ metadata, spec, ...(status ? { status } : {}) }),
      onTrouble: (error) => {
        if (this.#isTroubled || this.#watcher.counts.lists > 0) return
        this.#isTroubled = true
        const message = messageOf(error)
        log('warn', `WorkshopRooms cannot be read, so nothing is announced: ${message}`)
      },
    })
  }

  /** Resolves once they were listed, or after `ms`: a cluster without the CRD must not hold anybody up. */
  async start(ms: number): Promise<void> {
    const stop = new AbortController()
    const listed = this.#watcher.start().catch(() => undefined)
    await Promise.race([listed, this.#options.clock.sleep(ms, stop.signal).catch(() => undefined)])
    stop.abort()
  }

  get watch(): WatchState {
    return this.#watcher.state
  }

  stop(): Promise<void> {
    return this.#watcher.stop()
  }

  keys(): readonly string[] {
    return this.#watcher.keys()
  }

  /** Undefined without a room, or with one that says nothing. */
  read(key: string): WorkshopRoomSpec | undefined {
    const room = this.#watcher.get(key)
    if (!room || room.metadata.deletionTimestamp) return undefined
    const { spec } = validateRoomSpec(room.metadata.name, room.spec)
    return isSilent(spec) ? undefined : spec
  }

  /** Writes a room's own status where it differs; `workshop` is that of its Workshop, undefined without one. Never fails. */
  async report(key: string, workshop: WorkshopStatus | undefined): Promise<void> {
    const room = this.#watcher.get(key)
    if (!room) return
    const { name, generation = 1 } = room.metadata
    const { spec, problems } = validateRoomSpec(name, room.spec)
    const update = { ...roomCondition({ spec, problems, workshop }), observedGeneration: generation }
    const now = new Date(this.#options.clock.now()).toISOString()
    const before = (room.status?.conditions ?? []) as Parameters<typeof setConditions>[0]
    const status = { observedGeneration: generation, conditions: setConditions(before, [update], now) }
    if (canonical(status) === canonical(room.status ?? {})) return
    try {
      const answer = await this.#options.api.json<RoomObject>(
        statusApply('WorkshopRoom', workshopRooms, room.metadata, status),
      )
      this.#watcher.learn(answer)
    } catch (error) {
      if (error instanceof KubeError && (error.isMissing || error.isConflict)) return
      // Whoever leads writes it.
      if (error instanceof WorkshopError && error.code === 'WO-3013') return
      const message = messageOf(error)
      this.#options.log('warn', `the status of a WorkshopRoom could not be written: ${message}`, { room: key })
    }
  }

  /** Says it for whoever has no kubectl at hand. Throws KubeError. */
  async write(workshop: WorkshopObject, { announcement, closesAt }: WorkshopRoomSpec): Promise<void> {
    const { namespace, name } = workshop.metadata
    const query = { fieldManager: `${fieldManager}-room` }
    const spec = { announcement: announcement ?? null, closesAt: closesAt ?? null }
    try {
      await this.#options.api.json({
        method: 'PATCH',
        path: objectPath(workshopRooms, namespace, name),
        query,
        contentType: 'application/merge-patch+json',
        body: { spec },
      })
    } catch (error) {
      if (!(error instanceof KubeError) || !error.isMissing) throw error
      await this.#options.api.json({
        method: 'POST',
        path: collectionPath(workshopRooms, namespace),
        query,
        body: {
          apiVersion: ownApiVersion,
          kind: 'WorkshopRoom',
          metadata: { name, namespace, ownerReferences: [ownedBy(workshop)] },
          spec: { ...(announcement ? { announcement } : {}), ...(closesAt === undefined ? {} : { closesAt }) },
        },
      })
    }
  }
}
