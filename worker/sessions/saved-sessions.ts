/**
 * Sessions on disk, so that a crash of the worker does not take them from their owners: what was ordered, and the last
 * screen. Lies beside the homes, which outlive the process as well; gone with the session.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SessionAbout, SessionOrder } from './launcher.ts'

/** What the registry needs to have a session back. */
export interface SavedOrder extends SessionAbout {
  readonly order: SessionOrder
}

const idPattern = /^[0-9a-f]{32}$/

export class SavedSessions {
  readonly #root: string

  /** `root`: folder of this worker's state. */
  constructor(root: string) {
    this.#root = join(root, 'sessions')
  }

  /** File for the screen of a session. */
  screenOf(id: string): string {
    return join(this.#root, id, 'screen')
  }

  async save(saved: SavedOrder): Promise<void> {
    const folder = join(this.#root, saved.order.id)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(join(folder, 'order.json'), JSON.stringify(saved), { mode: 0o600 })
  }

  async forget(id: string): Promise<void> {
    await rm(join(this.#root, id), { recursive: true, force: true, maxRetries: 3 })
  }

  /** All that were there when the worker ended without taking them down; those that cannot be read are forgotten. */
  async list(): Promise<readonly SavedOrder[]> {
    const ids = (await readdir(this.#root).catch(() => [])).filter((name) => idPattern.test(name))
    const all = await Promise.all(ids.map((id) => this.#readOrForget(id)))
    return all.filter((saved) => saved !== undefined).sort((a, b) => a.createdAt - b.createdAt)
  }

  /** Nobody could ever have such a session back, and its screen is its owner's. */
  async #readOrForget(id: string): Promise<SavedOrder | undefined> {
    const saved = await this.#read(id).catch(() => undefined)
    if (saved === undefined) await this.forget(id).catch(() => undefined)
    return saved
  }

  async #read(id: string): Promise<SavedOrder | undefined> {
    const saved: unknown = JSON.parse(await readFile(join(this.#root, id, 'order.json'), 'utf8'))
    return isSavedOrder(saved) && saved.order.id === id ? saved : undefined
  }
}

function isSavedOrder(value: unknown): value is SavedOrder {
  const saved = value as SavedOrder
  return (
    typeof saved?.name === 'string' &&
    typeof saved.createdAt === 'number' &&
    typeof saved.order?.agent === 'string' &&
    typeof saved.order.owner?.email === 'string' &&
    typeof saved.order.owner.displayName === 'string' &&
    Number.isInteger(saved.order.cols) &&
    Number.isInteger(saved.order.rows)
  )
}
