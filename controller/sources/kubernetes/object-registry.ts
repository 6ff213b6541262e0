/** What the loop tells custom resources and asks them: finalizer, status by server-side apply, events; and, beside them, address and room. */
import { messageOf } from '@workshop/contracts/errors'
import type { ActivityEntry } from '@workshop/contracts/fleet-api'
import type { WorkshopStatus } from '@workshop/contracts/workshop'
import type { WorkshopRoomSpec } from '@workshop/contracts/workshop-room'
import type { KubeApi } from '../../kubernetes/api.ts'
import { KubeError } from '../../kubernetes/kube-error.ts'
import { fieldManager, objectPath, statusApply, workshops } from '../../kubernetes/objects.ts'
import type { Watcher } from '../../kubernetes/watcher.ts'
import type { LoopOptions } from '../../loop/options.ts'
import type { ObjectWord, Registry } from '../registry.ts'
import type { Entries } from './entries.ts'
import type { EventRecorder } from './event-recorder.ts'
import { finalizer, type WorkshopObject } from './resolve.ts'
import type { Rooms } from './rooms.ts'
import { canonical, statusBody } from './status-body.ts'

/** Somebody else may write between our read and our write, but not for ever. */
const maxConflicts = 5

export interface RegistryOptions {
  readonly api: KubeApi
  readonly watcher: Watcher<WorkshopObject>
  readonly recorder: EventRecorder
  readonly entries: Entries
  readonly rooms: Rooms
  readonly log: LoopOptions['log']
}

export class ObjectRegistry implements Registry {
  readonly #options: RegistryOptions
  /** By uid: what we wrote last, and what the API made of it. */
  readonly #written = new Map<string, { readonly sent: string; readonly seen: string }>()

  constructor(options: RegistryOptions) {
    this.#options = options
  }

  isBlind(): boolean {
    return this.#options.watcher.isBlind
  }

  async claim(key: string): Promise<ObjectWord> {
    const known = this.#options.watcher.get(key)
    if (known && !known.metadata.deletionTimestamp && isHeld(known)) return 'stays'
    return this.#changeFinalizers(key, (names) => [...names, finalizer])
  }

  async ask(key: string): Promise<ObjectWord> {
    const uid = this.#options.watcher.get(key)?.metadata.uid
    const object = await this.#read(key)
    return object === undefined || object.metadata.uid !== (uid ?? object.metadata.uid) ? 'gone' : wordOf(object)
  }

  async release(key: string): Promise<void> {
    const object = this.#options.watcher.get(key)
    await this.#changeFinalizers(key, (names) => names.filter((name) => name !== finalizer))
    if (object) {
      this.#written.delete(object.metadata.uid)
      this.#options.entries.forget(object.metadata.uid)
    }
  }

  async report(key: string, status: WorkshopStatus): Promise<'done' | 'again'> {
    const object = this.#options.watcher.get(key)
    if (!object) return 'done'
    try {
      await this.#writeStatus(object, statusBody(status))
      await this.#options.entries.publish(object, status.url ?? '')
      await this.#options.rooms.report(key, status)
      return 'done'
    } catch (error) {
      // Gone, or another object of the same name: what we know does not speak of it.
      if (error instanceof KubeError && (error.isMissing || error.isConflict)) return 'done'
      const message = messageOf(error)
      this.#options.log('warn', `the status could not be written: ${message}`, { workshop: key })
      return 'again'
    }
  }

  async writeRoom(key: string, room: WorkshopRoomSpec): Promise<void> {
    const object = this.#options.watcher.get(key)
    if (object) await this.#options.rooms.write(object, room)
  }

  tell(key: string, entry: ActivityEntry): void {
    const object = this.#options.watcher.get(key)
    if (object) this.#options.recorder.record(object, entry)
  }

  async #writeStatus(object: WorkshopObject, status: WorkshopStatus): Promise<void> {
    const { uid } = object.metadata
    const sent = canonical(status)
    const seen = canonical(object.status ?? {})
    const last = this.#written.get(uid)
    // After a write the API's own answer is compared, or a field that somebody else owns would be fought over for ever.
    if (last ? last.sent === sent && last.seen === seen : sent === seen) return
    const answer = await this.#options.api.json<WorkshopObject>(
      statusApply('Workshop', workshops, object.metadata, status),
    )
    this.#written.set(uid, { sent, seen: canonical(answer.status ?? {}) })
    this.#options.watcher.learn(answer)
  }

  async #changeFinalizers(key: string, change: (names: readonly string[]) => readonly string[]): Promise<ObjectWord> {
    for (let tries = 1; ; tries += 1) {
      const object = await this.#read(key)
      if (!object) return 'gone'
      const names = object.metadata.finalizers ?? []
      const wanted = [...new Set(change(names))]
      const isAdding = wanted.length > names.length
      // The API takes no new finalizer for an object that is being deleted.
      if (wanted.length === names.length || (isAdding && object.metadata.deletionTimestamp)) return wordOf(object)
      const { namespace, name, resourceVersion } = object.metadata
      try {
        const answer = await this.#options.api.json<WorkshopObject>({
          method: 'PATCH',
          path: objectPath(workshops, namespace, name),
          query: { fieldManager },
          contentType: 'application/merge-patch+json',
          body: { metadata: { resourceVersion, finalizers: wanted } },
        })
        this.#options.watcher.learn(answer)
        return wordOf(answer)
      } catch (error) {
        if (error instanceof KubeError && error.isMissing) return 'gone'
        if (!(error instanceof KubeError) || !error.isConflict || tries === maxConflicts) throw error
      }
    }
  }

  async #read(key: string): Promise<WorkshopObject | undefined> {
    const [namespace = '', name = ''] = key.split('/')
    try {
      return await this.#options.api.json<WorkshopObject>({
        method: 'GET',
        path: objectPath(workshops, namespace, name),
      })
    } catch (error) {
      if (error instanceof KubeError && error.isMissing) return undefined
      throw error
    }
  }
}

function isHeld({ metadata }: WorkshopObject): boolean {
  return metadata.finalizers?.includes(finalizer) ?? false
}

function wordOf(object: WorkshopObject): ObjectWord {
  if (!object.metadata.deletionTimestamp) return 'stays'
  return isHeld(object) ? 'leaving' : 'gone'
}
