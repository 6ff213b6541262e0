/** What survives a restart for people's sake: status, history, activity, a suspension, what was said in the room, an unfinished teardown. Written whole or not at all. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ActivityEntry, PlanRun } from '@workshop/contracts/fleet-api'
import type { WorkshopStatus } from '@workshop/contracts/workshop'
import type { WorkshopRoomSpec } from '@workshop/contracts/workshop-room'
import type { Wish } from './subject.ts'

export interface KeptState {
  readonly generation: number
  /** Revision of the source that `generation` counts. */
  readonly revision: string
  readonly suspended: boolean
  /** What is said in the room. */
  readonly room?: WorkshopRoomSpec
  readonly status?: WorkshopStatus
  readonly history: readonly PlanRun[]
  readonly activity: readonly ActivityEntry[]
  /** Set while a removed Workshop is taken down, so that a restart goes on with it. */
  readonly leaving?: Wish
}

export const emptyState: KeptState = { generation: 0, revision: '', suspended: false, history: [], activity: [] }

/** What lies on the disk, as far as it takes to see a difference. */
interface Written extends Pick<KeptState, 'history' | 'activity'> {
  readonly print: string
  readonly leaving: Wish | undefined
}

/** One file a Workshop under `<folder>/workshops`. */
export class StateDirectory {
  readonly #folder: string
  readonly #written = new Map<string, Written>()
  #pending: Promise<void> = Promise.resolve()

  constructor(folder: string) {
    this.#folder = join(folder, 'workshops')
  }

  /** A file that is missing or broken counts as none: nothing is decided from it. */
  async read(key: string): Promise<KeptState> {
    const text = await readFile(this.#fileOf(key), 'utf8').catch(() => undefined)
    return text === undefined ? emptyState : parseState(text)
  }

  /** Workshops whose teardown was begun and not finished. */
  async leaving(): Promise<readonly Wish[]> {
    const files = await readdir(this.#folder).catch(() => [])
    const texts = await Promise.all(
      files.filter((name) => name.endsWith('.json')).map((name) => readFile(join(this.#folder, name), 'utf8')),
    )
    return texts.flatMap((text) => parseState(text).leaving ?? [])
  }

  /** Does nothing when nothing changed. Writes of one process follow one another. */
  write(key: string, state: KeptState): Promise<void> {
    const { history, activity, leaving, ...rest } = state
    const print = JSON.stringify(rest)
    const before = this.#written.get(key)
    // The long lists are replaced when they change, never changed: most passes need not look into them.
    const isSame = before?.print === print && before.history === history && before.activity === activity
    if (isSame && before.leaving === leaving) return this.#pending
    this.#written.set(key, { print, history, activity, leaving })
    this.#pending = this.#pending.catch(() => undefined).then(() => this.#replace(key, JSON.stringify(state)))
    return this.#pending
  }

  async remove(key: string): Promise<void> {
    this.#written.delete(key)
    await this.#pending.catch(() => undefined)
    await rm(this.#fileOf(key), { force: true })
  }

  async #replace(key: string, text: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const file = this.#fileOf(key)
    await writeFile(`${file}.new`, text, { mode: 0o600 })
    await rename(`${file}.new`, file)
  }

  #fileOf(key: string): string {
    return join(this.#folder, `${key.replace('/', '.')}.json`)
  }
}

function parseState(text: string): KeptState {
  try {
    return { ...emptyState, ...(JSON.parse(text) as Partial<KeptState>) }
  } catch {
    return emptyState
  }
}
