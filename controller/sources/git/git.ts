/**
 * Workshops from a git repository. A revision counts as a whole or not at all: fetched, exported to a folder of its
 * own, every spec checked, then taken in one step. Whatever goes wrong leaves the last good revision in force, over
 * restarts too. A spec that is gone from a good revision takes its fleet with it, unless the removal looks like an
 * accident (prune.ts): then it waits for a person.
 */
import { messageOf, type Problem, WorkshopError } from '@workshop/contracts/errors'
import { keyOf } from '../../core/names.ts'
import { type Clock, systemClock } from '../../databricks/client/clock.ts'
import type { Wish } from '../../loop/subject.ts'
import type { OnChange, Source } from '../source.ts'
import { parseGitAddress } from './address.ts'
import type { Inventory, InventoryEntry } from './inventory.ts'
import { Mirror, type Tip } from './mirror.ts'
import { holdText, judgePrune, pruneAnnotation } from './prune.ts'
import { Pulse } from './pulse.ts'
import { GitStore, type GitStoreOptions, type NamedReading } from './store.ts'

/** What the operator decides about specs from git. */
export interface GitPolicy {
  /** Between two looks at the remote, ms; a tenth of it is chance. */
  readonly intervalMs: number
  /** For one git command, ms. */
  readonly timeoutMs: number
  /** True: keys that git is configured with. A path: SSH keys of that allowed-signers file. */
  readonly verifyCommits?: string | true
  readonly prune: boolean
  readonly allowedEnv: readonly string[]
  readonly allowedProfiles: readonly string[]
}

/** 60 s is what GitOps tools poll with. */
export const defaultGitPolicy: GitPolicy = {
  intervalMs: 60_000,
  timeoutMs: 60_000,
  prune: true,
  allowedEnv: [],
  allowedProfiles: [],
}

export interface GitOptions extends Omit<GitStoreOptions, 'address' | 'trust'> {
  /** What follows `git:`. */
  readonly text: string
  readonly policy: GitPolicy
  readonly clock?: Clock
  readonly random?: () => number
}

interface Held {
  readonly entry: InventoryEntry
  /** Spec of the entry as it is in force. */
  readonly wish: Wish
}

/** Throws WO-9001 for an address that may not be fetched. */
export function gitSource(options: GitOptions): Source {
  const { policy, clock = systemClock, random = Math.random } = options
  const address = parseGitAddress(options.text)
  const uri = `git:${address.text}`
  const stem = `git:${address.url}#${/#([^:]*)/.exec(address.text)?.[1] ?? ''}:`
  const store = new GitStore({ ...options, address, trust: policy })
  const stopping = new AbortController()
  const { signal } = stopping
  const { timeoutMs } = policy
  const mirror = new Mirror({ address, folder: store.mirrorFolder, timeoutMs, env: options.env, signal })
  const pulse = new Pulse({ ...policy, clock, random, signal })
  const confirmed = new Set<string>()

  let held: ReadonlyMap<string, Held> = new Map()
  let applied: Inventory['applied']
  let attempted: string | undefined
  /** The commit that is in force must be read and judged once more. */
  let isRecheckDue = false
  let problem: Problem | undefined
  let broken: readonly NamedReading[] = []
  let shown: ReadonlyMap<string, Wish> = new Map()
  let loop = Promise.resolve()

  const wishOf = (reading: NamedReading, commit: string): Wish | undefined => {
    const { workshop, people, problems, notices, revision, name } = reading
    if (!workshop) return undefined
    const root = store.rootOf(commit)
    const file = store.pathOf(name)
    const place = { folder: root, root, uri: `${stem}${file}`, ...(notices ? { notices } : {}) }
    return { key: keyOf(workshop), workshop, people, problems, revision, ...place }
  }

  /** What of a Workshop people see changes with every attempt, its spec only with a revision that was taken. */
  const publish = (): readonly string[] => {
    const before = shown
    shown = new Map(
      [...held.values()].map(({ entry, wish }): [string, Wish] => {
        const own = broken.find(({ name, problems }) => name === entry.file && problems.length > 0)
        const origin = {
          revision: entry.revision,
          ...(attempted !== undefined && attempted !== entry.revision ? { attempted } : {}),
          ...(problem ? { problem: `${problem.code} ${problem.message}` } : {}),
          ...(entry.held ? { removal: holdText(entry.held) } : {}),
        }
        const notices = own?.notices ? { notices: own.notices } : {}
        return [entry.key, { ...wish, ...notices, origin, problems: own?.problems ?? [] }]
      }),
    )
    const keys = new Set([...before.keys(), ...shown.keys()])
    return [...keys].filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(shown.get(key)))
  }

  const settle = async (onChange: OnChange) => {
    const keys = publish()
    if (keys.length > 0) await onChange(keys)
    const entries = [...held.values()].map(({ entry }) => entry)
    await store.keep({ ...(applied ? { applied } : {}), entries })
    await store.tidy([...entries.map(({ commit }) => commit), ...(applied ? [applied.commit] : [])])
  }

  /** Every spec of the revision is good. */
  const take = (readings: readonly NamedReading[], tip: Tip, revision: string) => {
    const next = new Map<string, Held>()
    for (const reading of readings) {
      const wish = wishOf(reading, tip.commit)
      if (!wish) continue
      next.set(wish.key, { wish, entry: { key: wish.key, file: reading.name, commit: tip.commit, revision } })
    }
    prune(next)
    isRecheckDue = false
    if (readings.length === 0)
      throw new WorkshopError({ ...emptyTree, message: `${revision} holds no *.workshop.yaml` })
    applied = { commit: tip.commit, revision, at: clock.now() }
  }

  /** Keeps of what is missing from `next` whatever may not go yet. */
  const prune = (next: Map<string, Held>) => {
    const { hold } = judgePrune({
      inventory: new Map(
        [...held].map(([key, { wish }]) => [
          key,
          { pruneAnnotation: wish.workshop.metadata.annotations?.[pruneAnnotation] },
        ]),
      ),
      heldBefore: new Map([...held].flatMap(([key, { entry }]) => (entry.held ? [[key, entry.held]] : []))),
      found: new Set(next.keys()),
      isOn: policy.prune,
      confirmed,
    })
    for (const [key, reason] of hold) {
      const before = held.get(key)
      if (before) next.set(key, { ...before, entry: { ...before.entry, held: reason } })
    }
    confirmed.clear()
    held = next
  }

  const look = async () => {
    const tip = await mirror.tip()
    const revision = revisionOf(tip)
    attempted = revision
    broken = []
    if (applied?.commit === tip.commit && !isRecheckDue) {
      applied = { ...applied, at: clock.now() }
      return
    }
    await mirror.fetch(tip)
    if (policy.verifyCommits !== undefined) await mirror.verify(tip, policy.verifyCommits)
    const readings = await store.export(mirror, tip.commit)
    broken = readings.filter(({ workshop }) => workshop === undefined)
    const [first] = broken.flatMap(({ problems }) => problems)
    if (first) throw new WorkshopError({ ...first, message: `${revision} is not taken: ${first.message}` })
    take(readings, tip, revision)
  }

  const poll = async (onChange: OnChange) => {
    try {
      await look()
      problem = undefined
    } catch (error) {
      if (signal.aborted) return
      problem =
        error instanceof WorkshopError ? error.problems[0] : { code: 'WO-1170', message: messageOf(error), where: uri }
    }
    await settle(onChange)
  }

  /** What was in force when the controller ended, without the network. */
  const restore = async () => {
    const inventory = await store.inventory()
    applied = inventory.applied
    const restored = new Map<string, Held>()
    for (const commit of new Set(inventory.entries.map((entry) => entry.commit))) {
      for (const reading of await store.read(commit)) {
        const wish = wishOf(reading, commit)
        const entry = inventory.entries.find(({ key, commit: at }) => key === wish?.key && at === commit)
        if (wish && entry) restored.set(wish.key, { wish, entry })
      }
    }
    // A snapshot that was lost must be read again before anything is compared with it.
    isRecheckDue = restored.size < inventory.entries.length
    held = restored
  }

  return {
    uri,
    start: async (onChange) => {
      await restore()
      // With something to go on with, a remote that is slow or gone holds nobody up.
      if (held.size === 0) await poll(() => undefined)
      else publish()
      loop = pulse.run(() => poll(onChange), held.size > 0)
    },
    stop: async () => {
      stopping.abort()
      await loop
    },
    get: (key) => shown.get(key),
    keys: () => [...shown.keys()],
    problems: () => [
      ...(problem ? [{ where: uri, ...problem }] : []),
      ...broken.flatMap(({ notices = [] }) => notices),
    ],
    poll: () => pulse.now(),
    confirmRemoval: (key) => {
      if (!held.get(key)?.entry.held) return false
      confirmed.add(key)
      isRecheckDue = true
      pulse.now()
      return true
    },
    // With the last good revision in force there is something to work from, however old.
    health: () => ({
      ok: applied !== undefined || held.size > 0,
      message: problem ? `${uri}: ${problem.message}` : uri,
    }),
    lastSuccessAt: () => (problem ? undefined : applied?.at),
  }
}

const emptyTree = { code: 'WO-1171', fix: 'put the specs back, or confirm each removal' } as const

/** `main@sha1:…`, as Flux writes revisions. */
function revisionOf({ name, commit }: Tip): string {
  return `${name}@${commit.length > 40 ? 'sha256' : 'sha1'}:${commit}`
}
