/**
 * Workshops from the Kubernetes API: custom resources with their rooms, and the Secrets and ConfigMaps that they refer
 * to, all watched.
 * While the cluster cannot be seen the last copy stays, and says so.
 */
import { hostname } from 'node:os'
import { messageOf } from '@workshop/contracts/errors'
import type { Clock } from '../../databricks/client/clock.ts'
import type { Connection } from '../../kubernetes/connection.ts'
import { collectionPath, workshops } from '../../kubernetes/objects.ts'
import { watchedKind } from '../../kubernetes/watch-state.ts'
import { Watcher, type WatchPace } from '../../kubernetes/watcher.ts'
import type { LoopOptions } from '../../loop/options.ts'
import type { Wish } from '../../loop/subject.ts'
import type { Registry } from '../registry.ts'
import type { Source } from '../source.ts'
import type { Trust } from '../trust.ts'
import { Entries } from './entries.ts'
import { EventRecorder } from './event-recorder.ts'
import { ObjectRegistry } from './object-registry.ts'
import { References } from './references.ts'
import { referencesOf, resolveWish, type WorkshopObject, wishPrint } from './resolve.ts'
import { Rooms } from './rooms.ts'

export interface KubernetesSourceOptions {
  readonly connection: Connection
  /** All of them unless given. */
  readonly namespace?: string | undefined
  readonly allowedHosts: Trust['allowedHosts']
  /** Unset: in a pod the pod's own namespace, for a person with a kubeconfig all. */
  readonly defaultNamespaces?: Trust['defaultNamespaces'] | undefined
  readonly clock: Clock
  readonly random: () => number
  readonly log: LoopOptions['log']
  readonly watchPace?: Partial<WatchPace>
}

/** How long the start waits for Secrets and ConfigMaps; what is not read by then is named as a problem. */
const settleMs = 10_000
/** The same for WorkshopRooms, whose CRD an older installation lacks. */
const roomsMs = 3_000

interface Parts {
  readonly watcher: Watcher<WorkshopObject>
  readonly references: References
  readonly rooms: Rooms
  readonly entries: Entries
  readonly recorder: EventRecorder
  readonly registry: ObjectRegistry
  readonly trust: Trust
}

export function kubernetesSource(options: KubernetesSourceOptions): Source {
  const { connection, namespace, clock, random, log, watchPace } = options
  const uri = namespace === undefined ? 'kubernetes' : `kubernetes:${namespace}`
  const wishes = new Map<string, { readonly wish: Wish; readonly print: string }>()
  let parts: Parts | undefined
  let tell: ((keys: readonly string[]) => void) | undefined

  /** Resolves one object anew; true when the loop should know. */
  const take = ({ watcher, references, rooms, trust }: Parts, key: string): boolean => {
    const object = watcher.get(key)
    const before = wishes.get(key)
    references.want(key, object ? referencesOf(object) : [])
    if (!object) {
      if (!watcher.isBlind) void rooms.report(key, undefined)
      return wishes.delete(key)
    }
    const read = (reference: Parameters<References['read']>[0]) => references.read(reference)
    const room = rooms.read(key)
    const wish = { ...resolveWish({ object, read, trust, before: before?.wish }), ...(room ? { room } : {}) }
    const print = wishPrint(wish, object)
    wishes.set(key, { wish, print })
    return before?.print !== print
  }
  const changed = (keys: readonly string[]) => {
    if (!parts || !tell) return
    const known = parts
    const news = keys.filter((key) => take(known, key))
    if (news.length > 0) tell(news)
  }

  const build = async (): Promise<Parts> => {
    const { api, login } = await connection.open()
    const common = { api, clock, random, ...(watchPace ? { pace: watchPace } : {}) }
    const watcher = new Watcher<WorkshopObject>({
      ...common,
      path: collectionPath(workshops, namespace),
      isNeeded: true,
      keep: withoutManagedFields,
      onChange: changed,
      onTrouble: (error, waitMs) => {
        const message = messageOf(error)
        log('warn', `the cluster cannot be watched: ${message}`, { source: uri, waitMs: Math.round(waitMs) })
      },
    })
    const references = new References({ ...common, onChange: changed })
    const rooms = new Rooms({ ...common, namespace, log, onChange: changed })
    const entries = new Entries({ ...common, namespace, log, workshop: (key) => watcher.get(key) })
    const recorder = new EventRecorder(api, hostname())
    const registry = new ObjectRegistry({ api, watcher, recorder, entries, rooms, log })
    const defaultNamespaces = options.defaultNamespaces ?? (login.isInCluster ? [login.namespace] : 'all')
    const trust = { allowedHosts: options.allowedHosts, defaultNamespaces }
    return { watcher, references, rooms, entries, recorder, registry, trust }
  }

  const built = (): ObjectRegistry => {
    if (!parts) throw new Error('the source was not started')
    return parts.registry
  }
  const registry: Registry = {
    isBlind: () => parts?.registry.isBlind() ?? true,
    claim: (key) => built().claim(key),
    ask: (key) => built().ask(key),
    release: (key) => built().release(key),
    report: (key, status) => built().report(key, status),
    writeRoom: (key, room) => built().writeRoom(key, room),
    tell: (key, entry) => parts?.registry.tell(key, entry),
  }

  return {
    uri,
    registry,
    start: async (onChange) => {
      const made = await build()
      parts = made
      await made.watcher.start()
      made.entries.start()
      for (const key of made.watcher.keys()) take(made, key)
      await Promise.all([made.references.settled(settleMs), made.rooms.start(roomsMs)])
      for (const key of new Set([...made.watcher.keys(), ...made.rooms.keys()])) take(made, key)
      tell = onChange
    },
    stop: async () => {
      tell = undefined
      const watchers = [parts?.watcher, parts?.references, parts?.rooms, parts?.entries]
      await Promise.all([...watchers.map((each) => each?.stop()), parts?.recorder.close()])
    },
    get: (key) => wishes.get(key)?.wish,
    keys: () => [...wishes.keys()],
    problems: () => [],
    health: () => {
      const silentForMs = parts?.watcher.silentForMs ?? Number.POSITIVE_INFINITY
      if (silentForMs === Number.POSITIVE_INFINITY) return { ok: false, message: `${uri} was not read yet` }
      const seconds = Math.round(silentForMs / 1000)
      if (parts?.watcher.isLost) return { ok: false, message: `${uri} was last seen ${seconds} s ago` }
      return { ok: true, message: parts?.watcher.isBlind ? `${uri} is being reconnected to` : uri }
    },
    watches: () => {
      if (!parts) return []
      const { watcher, references, rooms, entries } = parts
      return [
        watchedKind('workshops', [watcher.state]),
        watchedKind('workshoprooms', [rooms.watch]),
        watchedKind('secrets', references.watches('Secret')),
        watchedKind('configmaps', references.watches('ConfigMap')),
        watchedKind('entries', [entries.watch]),
      ]
    },
    lastSuccessAt: () => {
      const { watcher } = parts ?? {}
      return !watcher || watcher.isBlind ? undefined : clock.now() - watcher.silentForMs
    },
  }
}

/** Who owns which field is of no use here and can be half of an object. */
function withoutManagedFields(object: WorkshopObject): WorkshopObject {
  const { managedFields: _fields, ...metadata } = object.metadata as WorkshopObject['metadata'] & {
    managedFields?: unknown
  }
  return { ...object, metadata }
}
