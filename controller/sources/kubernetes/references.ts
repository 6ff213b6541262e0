/**
 * Secrets and ConfigMaps that Workshops refer to, each watched by its name: what nobody refers to is never read, and a
 * role that names single objects is enough.
 */
import type { Clock } from '../../databricks/client/clock.ts'
import type { KubeApi } from '../../kubernetes/api.ts'
import { KubeError } from '../../kubernetes/kube-error.ts'
import { collectionPath, configMaps, type KubeObject, secrets } from '../../kubernetes/objects.ts'
import type { WatchState } from '../../kubernetes/watch-state.ts'
import { Watcher, type WatchPace } from '../../kubernetes/watcher.ts'
import type { Content, Reference } from './resolve.ts'

interface DataObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

interface Entry {
  readonly kind: Reference['kind']
  readonly watcher: Watcher<DataObject>
  readonly wantedBy: Set<string>
  readonly listed: Promise<void>
  trouble: string
}

export interface ReferencesOptions {
  readonly api: KubeApi
  readonly clock: Clock
  readonly random: () => number
  readonly pace?: Partial<WatchPace>
  /** Workshops that refer to what changed. */
  readonly onChange: (keys: readonly string[]) => void
}

export class References {
  readonly #options: ReferencesOptions
  readonly #entries = new Map<string, Entry>()

  constructor(options: ReferencesOptions) {
    this.#options = options
  }

  /** From now on this Workshop refers to exactly these. */
  want(key: string, references: readonly Reference[]): void {
    const wanted = new Set(references.map(idOf))
    for (const [id, entry] of this.#entries) {
      if (wanted.has(id) || !entry.wantedBy.delete(key) || entry.wantedBy.size > 0) continue
      this.#entries.delete(id)
      void entry.watcher.stop()
    }
    for (const reference of references) {
      const id = idOf(reference)
      const entry = this.#entries.get(id) ?? this.#watch(id, reference)
      entry.wantedBy.add(key)
    }
  }

  read(reference: Reference): Content {
    const entry = this.#entries.get(idOf(reference))
    const object = entry?.watcher.get(`${reference.namespace}/${reference.name}`)
    if (object) return decoded(reference, object.data ?? {})
    const isListed = entry !== undefined && entry.watcher.counts.lists > 0
    return { missing: isListed ? 'does not exist' : entry?.trouble || 'was not read yet' }
  }

  /** Resolves once everything wanted was read, or after `ms`. */
  async settled(ms: number): Promise<void> {
    const stop = new AbortController()
    const all = Promise.all([...this.#entries.values()].map(({ listed }) => listed))
    await Promise.race([all, this.#options.clock.sleep(ms, stop.signal).catch(() => undefined)])
    stop.abort()
  }

  /** One for each object that is referred to. */
  watches(kind: Reference['kind']): readonly WatchState[] {
    return [...this.#entries.values()].filter((entry) => entry.kind === kind).map(({ watcher }) => watcher.state)
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ watcher }) => watcher.stop()))
  }

  #watch(id: string, { kind, namespace, name }: Reference): Entry {
    const { api, clock, random, pace, onChange } = this.#options
    const tell = () => onChange([...(this.#entries.get(id)?.wantedBy ?? [])])
    const watcher = new Watcher<DataObject>({
      api,
      path: collectionPath(kind === 'Secret' ? secrets : configMaps, namespace),
      fieldSelector: `metadata.name=${name}`,
      keep: ({ metadata, data = {} }) => ({ metadata, data }),
      onChange: tell,
      onTrouble: (error) => {
        const entry = this.#entries.get(id)
        if (!entry) return
        const isNews = entry.trouble === ''
        entry.trouble = error instanceof KubeError && error.status === 403 ? 'may not be read' : 'cannot be read now'
        if (isNews && entry.watcher.counts.lists === 0) tell()
      },
      clock,
      random,
      ...(pace ? { pace } : {}),
    })
    // A list without the object is an answer too, and no change: whoever waits must be told.
    const listed = watcher.start().then(tell, () => undefined)
    const entry: Entry = { kind, watcher, wantedBy: new Set(), listed, trouble: '' }
    this.#entries.set(id, entry)
    return entry
  }
}

function idOf({ kind, namespace, name }: Reference): string {
  return `${kind}/${namespace}/${name}`
}

function decoded({ kind }: Reference, data: Readonly<Record<string, string>>): Content {
  const text = (value: string) => (kind === 'Secret' ? Buffer.from(value, 'base64').toString('utf8') : value)
  return new Map(Object.entries(data).map(([key, value]) => [key, text(value)]))
}
