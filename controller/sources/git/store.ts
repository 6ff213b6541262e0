/** The folder of one git source: its mirror, the snapshots that specs in force come from, and the inventory. */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Problem } from '@workshop/contracts/errors'
import { committedNotices, withoutSecrets } from '../committed.ts'
import type { ParseWorkshop, ReadingRules, SpecReading } from '../snapshot.ts'
import { readSnapshot } from '../snapshot.ts'
import type { Environment } from '../sops.ts'
import type { SpecTrust } from '../spec-trust.ts'
import type { GitAddress } from './address.ts'
import { type Inventory, readInventory, writeInventory } from './inventory.ts'
import type { Mirror } from './mirror.ts'

export interface GitStoreOptions {
  readonly stateDir: string
  readonly address: GitAddress
  readonly parse: ParseWorkshop
  readonly trust: Omit<SpecTrust, 'root'>
  readonly env: Environment
}

/** One reading of a snapshot; `name` is its file relative to the snapshot. */
export type NamedReading = SpecReading & { readonly name: string }

export class GitStore {
  readonly folder: string
  readonly #options: GitStoreOptions

  constructor(options: GitStoreOptions) {
    // Another repository, reference or path is another source: it has no inventory, so its first look takes nothing down.
    const id = createHash('sha256').update(options.address.text).digest('hex').slice(0, 16)
    this.folder = join(options.stateDir, 'git', id)
    this.#options = options
  }

  get mirrorFolder(): string {
    return join(this.folder, 'mirror.git')
  }

  /** Nothing that a spec names is read outside it. */
  rootOf(commit: string): string {
    return join(this.folder, 'snapshots', commit)
  }

  /** Where in the repository a file of the snapshot lies. */
  pathOf(name: string): string {
    const { path } = this.#options.address
    if (path === '.') return name
    return path === name || path.endsWith(`/${name}`) ? path : `${path}/${name}`
  }

  inventory(): Promise<Inventory> {
    return readInventory(join(this.folder, 'inventory.json'))
  }

  keep(inventory: Inventory): Promise<void> {
    return writeInventory(join(this.folder, 'inventory.json'), inventory)
  }

  /** Writes the commit's files in one step; links that are called like specs come back as readings with a problem. */
  async export(mirror: Mirror, commit: string): Promise<readonly NamedReading[]> {
    const root = this.rootOf(commit)
    await rm(root, { recursive: true, force: true })
    await rm(`${root}.new`, { recursive: true, force: true })
    const { links } = await mirror.export(commit, `${root}.new`)
    await rename(`${root}.new`, root)
    const linked = links.map((name): NamedReading => {
      const problem = { code: 'WO-1175', message: 'a spec may not be a symbolic link in git', where: name } as const
      const file = join(root, name)
      return { name, file, files: [file], revision: '', people: [], problems: [problem] }
    })
    return [...(await this.read(commit)), ...linked]
  }

  /** Reads a snapshot that is there; none when it is not. */
  async read(commit: string): Promise<readonly NamedReading[]> {
    const root = this.rootOf(commit)
    const { path } = this.#options.address
    const file = join(root, path.split('/').at(-1) ?? '')
    const isFile = /\.ya?ml$/.test(path) && (await stat(file).catch(() => undefined))?.isFile() === true
    const isThere = await stat(root).then(
      () => true,
      () => false,
    )
    if (!isThere) return []
    const { trust, env, parse } = this.#options
    const rules: ReadingRules = { trust: { ...trust, root }, env }
    const inSnapshot: ParseWorkshop = (text, name) => parse(text, relative(root, name))
    const readings = await readSnapshot(isFile ? file : root, inSnapshot, rules)
    return Promise.all(
      readings.map(async (reading) => {
        const name = relative(root, reading.file)
        const notices = committedNotices(await readFile(reading.file, 'utf8'), name)
        const problems = reading.problems.map(shareable)
        return { ...reading, name, problems, ...(notices.length > 0 ? { notices } : {}) }
      }),
    )
  }

  /** Removes every snapshot that no spec in force comes from. */
  async tidy(inUse: readonly string[]): Promise<void> {
    const folder = join(this.folder, 'snapshots')
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const rest = (await readdir(folder)).filter((name) => !inUse.includes(name))
    await Promise.all(rest.map((name) => rm(join(folder, name), { recursive: true, force: true })))
  }
}

/** A problem may quote what is wrong; what looks like a secret is not quoted. */
function shareable(problem: Problem): Problem {
  const { message, where } = problem
  const place = where === undefined ? {} : { where: withoutSecrets(where) }
  return { ...problem, message: withoutSecrets(message), ...place }
}
