/** Everything the controller knows of one Workshop while it runs, and how people see it. */

import type { Condition } from '@workshop/contracts/conditions'
import type { ActivityEntry, WorkshopView } from '@workshop/contracts/fleet-api'
import { isSilent } from '@workshop/contracts/validate-room'
import type { WorkshopStatus } from '@workshop/contracts/workshop'
import type { WorkshopRoomSpec } from '@workshop/contracts/workshop-room'
import { type Identity, identityOf } from '../core/names.ts'
import { shownTerminals } from '../core/shown.ts'
import type { Workspace } from '../databricks/workspace.ts'
import type { Registry } from '../sources/registry.ts'
import { oneLine } from './one-line.ts'
import type { Outcome } from './reconcile.ts'
import { roomText } from './room-text.ts'
import { RunLog } from './run-log.ts'
import type { KeptState } from './state.ts'
import { Memory, type Subject, type Wish } from './subject.ts'

/** Between two looks that are asked for by annotation, ms. */
const askEveryMs = 1_000
/** Activity entries that are kept. */
const keptEntries = 200

export class WorkshopRecord {
  readonly key: string
  readonly identity: Identity
  readonly memory = new Memory()
  readonly log: RunLog
  wish: Wish
  /** Set where the source wants to hear back. */
  readonly registry: Registry | undefined
  /** The Workshop went; what is still under way for it is cut short. */
  isDropped = false
  #interrupt = new AbortController()
  /** The request for a look that was answered last. */
  handledRequest: string | undefined
  #counted: number
  suspendedByHand: boolean
  /** What was said through the API; only where the source has no rooms of its own. */
  roomByHand: WorkshopRoomSpec | undefined
  /** Being taken down: its file went. */
  leaving: boolean
  #leavingSince: number | undefined
  #askedAt = Number.NEGATIVE_INFINITY
  /** The next look reads everything. */
  deep = true
  #status: WorkshopStatus | undefined
  last: Outcome | undefined
  workspace: Workspace | undefined
  user = ''
  participants: number
  lookedAt: number | undefined
  activity: readonly ActivityEntry[]

  constructor(controllerId: string, wish: Wish, kept: KeptState, registry?: Registry) {
    this.registry = registry
    this.key = wish.key
    this.identity = identityOf(controllerId, wish.key)
    this.wish = wish
    this.#counted = kept.revision === wish.revision ? Math.max(1, kept.generation) : kept.generation + 1
    this.suspendedByHand = kept.suspended
    this.roomByHand = registry ? undefined : kept.room
    this.leaving = kept.leaving !== undefined || wish.object?.isLeaving === true
    // Where the object has a status of its own, that one counts: ours may be of an earlier life.
    this.#status = wish.object ? wish.object.status : kept.status
    this.handledRequest = wish.object?.status?.lastHandledReconcileAt
    this.log = new RunLog(kept.history)
    this.activity = kept.activity
    this.participants = wish.people.length + wish.workshop.spec.participants.users.length
  }

  get generation(): number {
    return this.wish.object?.generation ?? this.#counted
  }

  get status(): WorkshopStatus | undefined {
    return this.#status
  }

  set status(status: WorkshopStatus | undefined) {
    const { handledRequest: lastHandledReconcileAt } = this
    this.#status = status && lastHandledReconcileAt !== undefined ? { ...status, lastHandledReconcileAt } : status
  }

  /** The last look found nothing to do. */
  get isSettled(): boolean {
    return !this.leaving && this.last?.plan.actions.length === 0
  }

  get suspended(): boolean {
    return this.suspendedByHand || this.wish.workshop.spec.suspend
  }

  get room(): WorkshopRoomSpec | undefined {
    return this.registry ? this.wish.room : this.roomByHand
  }

  /** What is said from now on. Where rooms are objects of their own it comes back as a change of the source. */
  async writeRoom(room: WorkshopRoomSpec, now: number): Promise<void> {
    if (this.registry) return this.registry.writeRoom(this.key, room)
    this.roomByHand = isSilent(room) ? undefined : room
    this.say({ at: now, who: 'control room', level: 'info', text: roomText(room) })
  }

  /**
   * How long a wish has to wait that only asks for a look, ms: one a second is enough for anybody, and every look costs
   * the platform. 0 for any other change.
   */
  askedTooSoon(wish: Wish, now: number): number {
    if (!wish.object || !asksOnly(this.wish, wish)) return 0
    if (this.#askedAt <= now) this.#askedAt = Math.max(now, this.#askedAt + askEveryMs)
    return this.#askedAt - now
  }

  /** Takes a newer spec. */
  renew(wish: Wish): void {
    if (wish.revision !== this.wish.revision) this.#counted += 1
    if (wish.object && wish.object.uid !== this.wish.object?.uid) this.#status = wish.object.status
    if (wish.object && wish.object.requestedAt !== this.handledRequest) this.deep = true
    if (wish.object?.isOrphaned && !this.wish.object?.isOrphaned) this.interrupt()
    this.wish = wish
    this.leaving = wish.object?.isLeaving === true
  }

  /** Aborted by `interrupt`: cuts the turn short that is under way now. */
  get interrupted(): AbortSignal {
    return this.#interrupt.signal
  }

  interrupt(): void {
    this.#interrupt.abort(new Error('cut short: the Workshop is not wanted like this any more'))
    this.#interrupt = new AbortController()
  }

  /** How long it has been taken down, ms. */
  leavingForMs(now: number): number {
    this.#leavingSince ??= now
    return Math.max(0, now - (this.wish.object?.leavingSince ?? this.#leavingSince))
  }

  /** It goes, and its fleet stays where it is. */
  get leavesFleet(): boolean {
    return this.wish.object?.isOrphaned === true || this.wish.workshop.spec.deletionPolicy === 'Orphan'
  }

  drop(): void {
    this.isDropped = true
    this.#interrupt.abort(new Error('cut short: the Workshop is gone'))
  }

  subject(): Subject {
    const { identity, wish, generation, suspended, room, memory } = this
    const isBlind = this.registry?.isBlind() ?? false
    return { identity, wish, generation, suspended, room, isBlind, interrupted: this.interrupted, memory }
  }

  say(what: ActivityEntry): void {
    const entry = { ...what, text: oneLine(what.text) }
    this.registry?.tell(this.key, entry)
    this.activity = [entry, ...this.activity].slice(0, keptEntries)
  }

  kept(): KeptState {
    return {
      generation: this.generation,
      revision: this.wish.revision,
      suspended: this.suspendedByHand,
      ...(this.roomByHand ? { room: this.roomByHand } : {}),
      ...(this.status ? { status: this.status } : {}),
      history: this.log.history,
      activity: this.activity,
      // An object that is to go waits in its own place, and what it holds of secrets is not for a file.
      ...(this.leaving && !this.registry ? { leaving: this.wish } : {}),
    }
  }

  view(nextLookAt: number | undefined): WorkshopView {
    const { wish, identity, log, status, lookedAt } = this
    const { spec } = wish.workshop
    const last = log.last
    const shown = this.last ? shownTerminals(this.last.observed) : []
    return {
      namespace: identity.namespace,
      name: identity.name,
      title: spec.guide?.title ?? identity.name,
      source: { uri: wish.uri, revision: wish.revision, ...wish.origin },
      workspace: { host: this.workspace?.host ?? '', user: this.user },
      suspended: this.suspended,
      deleting: this.leaving,
      generation: this.generation,
      spec: {
        replicas: spec.workers.replicas,
        perUser: spec.sessions.perUser,
        sessionsPerWorker: spec.workers.sessionsPerWorker,
        computeSize: spec.workers.computeSize,
        participants: this.participants,
      },
      status: status ?? {},
      ...(this.room ? { room: this.room } : {}),
      conditions: (status?.conditions ?? []) as readonly Condition[],
      ...(shown.length > 0 ? { shown } : {}),
      specProblems: wish.problems,
      ...(last ? { lastPlan: last } : {}),
      history: log.history,
      ...(lookedAt === undefined ? {} : { lookedAt }),
      ...(nextLookAt === undefined ? {} : { nextLookAt }),
    }
  }
}

/** Is the request for a look all that is new? */
function asksOnly(before: Wish, after: Wish): boolean {
  const rest = ({ object, workshop, ...wish }: Wish) =>
    JSON.stringify([wish, workshop.spec, { ...object, status: undefined, requestedAt: undefined }])
  return rest(before) === rest(after)
}
