/**
 * The one address of each Workshop, for whatever runs in the cluster and wants to show it: a ConfigMap `<name>-entry`
 * that belongs to the Workshop. One that was published is put back when somebody deletes or edits it; one of the same
 * name that is not ours is left alone.
 */
import { messageOf } from '@workshop/contracts/errors'
import type { KubeApi } from '../../kubernetes/api.ts'
import { KubeError } from '../../kubernetes/kube-error.ts'
import {
  applyType,
  collectionPath,
  configMaps,
  fieldManager,
  type KubeObject,
  objectPath,
  ownedBy,
} from '../../kubernetes/objects.ts'
import type { WatchState } from '../../kubernetes/watch-state.ts'
import { Watcher, type WatcherOptions } from '../../kubernetes/watcher.ts'
import type { LoopOptions } from '../../loop/options.ts'
import type { WorkshopObject } from './resolve.ts'

interface Entry extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

export interface EntriesOptions extends Pick<WatcherOptions<Entry>, 'clock' | 'random' | 'pace'> {
  readonly api: KubeApi
  readonly namespace: string | undefined
  readonly log: LoopOptions['log']
  readonly workshop: (key: string) => WorkshopObject | undefined
}

/** Tells our entries from all other ConfigMaps, so that one watch sees them all. */
const label = 'vibeworkshop.dev/entry'
const suffix = '-entry'

export class Entries {
  readonly #options: EntriesOptions
  readonly #watcher: Watcher<Entry>
  /** Address by uid of the Workshop; only what this process published, so that one that does not act does not write. */
  readonly #published = new Map<string, string>()

  constructor(options: EntriesOptions) {
    const { api, namespace, clock, random, pace } = options
    this.#options = options
    this.#watcher = new Watcher<Entry>({
      ...{ api, clock, random, ...(pace ? { pace } : {}) },
      path: collectionPath(configMaps, namespace),
      labelSelector: label,
      keep: ({ metadata, data = {} }) => ({ metadata, data }),
      onChange: (keys) => {
        for (const key of keys) this.#mend(key)
      },
    })
  }

  /** Watches from now on; nobody waits for it. */
  start(): void {
    void this.#watcher.start().catch(() => undefined)
  }

  get watch(): WatchState {
    return this.#watcher.state
  }

  stop(): Promise<void> {
    return this.#watcher.stop()
  }

  /** Never fails: an address that cannot be published is a warning. */
  async publish(workshop: WorkshopObject, url: string): Promise<void> {
    const { namespace, name, uid } = workshop.metadata
    if (url === '' || this.#published.get(uid) === url) return
    const entry = `${name}${suffix}`
    this.#published.set(uid, url)
    const found = this.#watcher.get(`${namespace}/${entry}`)
    const isOurs = found?.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true
    try {
      await this.#options.api.json({
        method: 'PATCH',
        path: objectPath(configMaps, namespace, entry),
        // What we made is put back whoever wrote into it; what somebody else made is a conflict.
        query: { fieldManager, ...(isOurs ? { force: true } : {}) },
        contentType: applyType,
        body: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: entry, namespace, labels: { [label]: 'true' }, ownerReferences: [ownedBy(workshop)] },
          data: { url },
        },
        maxTries: 2,
      })
    } catch (error) {
      const message = messageOf(error)
      const facts = { workshop: `${namespace}/${name}` }
      this.#options.log('warn', `the address could not be published: ${message}`, facts)
      const isFinal = error instanceof KubeError && (error.status === 403 || error.isConflict)
      if (!isFinal) this.#published.delete(uid)
    }
  }

  forget(uid: string): void {
    this.#published.delete(uid)
  }

  #mend(key: string): void {
    const workshop = this.#options.workshop(key.slice(0, -suffix.length))
    const url = workshop && this.#published.get(workshop.metadata.uid)
    if (!url || workshop.metadata.deletionTimestamp || this.#watcher.get(key)?.data?.['url'] === url) return
    this.#published.delete(workshop.metadata.uid)
    void this.publish(workshop, url)
  }
}
