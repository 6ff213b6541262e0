/**
 * A bare, shallow copy of a repository that is fetched into and read from, never checked out. It is a cache: when git
 * stumbles over it (a lock of a killed process, a broken object) it is thrown away and fetched anew.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { WorkshopError } from '@workshop/contracts/errors'
import type { GitAddress } from './address.ts'
import { type GitOutcome, runGit } from './run-git.ts'
import { highestInRange, isRange } from './semver.ts'
import { filesToExport, linkedSpecs, parseTree, snapshotLimits, type TreeEntry } from './tree.ts'

export interface Tip {
  readonly commit: string
  /** What people call it: a branch, a tag, or the commit alone. */
  readonly name: string
  /** What to ask the remote for. */
  readonly want: string
}

export interface MirrorOptions {
  readonly address: GitAddress
  /** Made when needed. */
  readonly folder: string
  readonly timeoutMs: number
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

const ours = 'refs/workshop/tip'

export class Mirror {
  readonly #options: MirrorOptions

  constructor(options: MirrorOptions) {
    this.#options = options
  }

  /** Asks the remote what the reference points to now. Throws WO-1170 when it cannot be asked, WO-1171 when there is no such reference. */
  async tip(): Promise<Tip> {
    const { url, ref } = this.#options.address
    if (ref.kind === 'commit') return { commit: ref.name, name: ref.name.slice(0, 12), want: ref.name }
    const { code, stdout, reason } = await this.#git(['ls-remote', '--symref', '--', url], false)
    if (code !== 0) throw this.#unreachable(reason)
    const tip = chooseTip(stdout.toString('utf8'), ref)
    if (tip) return tip
    const name = ref.kind === 'head' ? 'HEAD' : `${ref.kind === 'name' ? 'branch or tag' : ref.kind} ${ref.name}`
    const message =
      ref.kind === 'semver' && !isRange(ref.name)
        ? `${ref.name} is no version range`
        : `the repository has no ${name}; the last good revision goes on`
    throw new WorkshopError({ code: 'WO-1171', message, where: url })
  }

  /** Makes the commit readable here, with one commit of history and no tags. */
  async fetch(tip: Tip): Promise<void> {
    if (await this.has(tip.commit)) return
    const first = await this.#fetchOnce(tip)
    if (first.code === 0 && (await this.has(tip.commit))) return
    await rm(this.#options.folder, { recursive: true, force: true })
    const second = await this.#fetchOnce(tip)
    if (second.code !== 0) throw this.#unreachable(second.reason)
    if (!(await this.has(tip.commit))) throw this.#unreachable(`${tip.name} moved while it was fetched`)
  }

  async has(commit: string): Promise<boolean> {
    const { code } = await this.#git(['cat-file', '-e', `${commit}^{tree}`])
    return code === 0
  }

  /** Throws WO-1173 unless git itself finds a good signature: of its configured keys, or of those in `allowedSigners`. */
  async verify(tip: Tip, allowedSigners: string | true): Promise<void> {
    const settings = allowedSigners === true ? [] : ['-c', `gpg.ssh.allowedSignersFile=${allowedSigners}`]
    const { code, reason } = await this.#git([...settings, 'verify-commit', '--', tip.commit])
    if (code === 0) return
    const message = `commit ${tip.commit.slice(0, 12)} has no signature that is trusted${reason ? `: ${reason}` : ''}`
    throw new WorkshopError({ code: 'WO-1173', message, where: this.#options.address.url })
  }

  /**
   * Writes the files around `path` to `target` and answers where the specs are there. Throws WO-1171 when the commit
   * has no such path.
   */
  async export(commit: string, target: string): Promise<{ readonly specs: string; readonly links: readonly string[] }> {
    const { path } = this.#options.address
    const { stdout, code, reason } = await this.#git(['ls-tree', '-r', '-l', '-z', '--full-tree', commit])
    if (code !== 0) throw this.#unreachable(reason)
    const entries = parseTree(stdout.toString('utf8'))
    const isFile = entries.some((entry) => entry.path === path && entry.mode.startsWith('100'))
    const isFolder = path === '.' || entries.some((entry) => entry.path.startsWith(`${path}/`))
    if (!isFile && !isFolder) {
      const message = `commit ${commit.slice(0, 12)} has no ${path}; the last good revision goes on`
      throw new WorkshopError({ code: 'WO-1171', message, where: this.#options.address.text })
    }
    const folder = isFile ? dirname(path) : path
    const files = filesToExport(entries, folder)
    await mkdir(target, { recursive: true, mode: 0o700 })
    await this.#write(files, target)
    return {
      specs: isFile ? join(target, path.slice(folder === '.' ? 0 : folder.length + 1)) : target,
      links: linkedSpecs(entries, folder),
    }
  }

  async #write(files: readonly TreeEntry[], target: string): Promise<void> {
    const input = files.map(({ object }) => `${object}\n`).join('')
    // A header line of at most 100 bytes stands before each file.
    const maxBytes = snapshotLimits.maxBytes + (files.length + 1) * 100
    const args = ['cat-file', '--batch']
    const { stdout, code, reason } = await this.#git(args, true, { input, maxBytes })
    if (code !== 0) throw this.#unreachable(reason)
    let at = 0
    for (const { path, bytes } of files) {
      at = stdout.indexOf(10, at) + 1
      const file = join(target, ...path.split('/'))
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      await writeFile(file, stdout.subarray(at, at + bytes), { mode: 0o600, flag: 'wx' })
      at += bytes + 1
    }
  }

  async #fetchOnce(tip: Tip): Promise<GitOutcome> {
    const { folder, address } = this.#options
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const made = await this.#git(['init', '--bare', '--quiet', '--', folder], false)
    if (made.code !== 0) return made
    const args = ['fetch', '--quiet', '--force', '--depth=1', '--no-tags', '--no-recurse-submodules']
    return this.#git([...args, '--no-write-fetch-head', '--', address.url, `+${tip.want}:${ours}`])
  }

  #git(
    args: readonly string[],
    isInside = true,
    more: { input?: string; maxBytes?: number } = {},
  ): Promise<GitOutcome> {
    const { folder, timeoutMs, env, signal } = this.#options
    return runGit({ args, timeoutMs, env, signal, ...more, ...(isInside ? { gitDir: folder } : {}) })
  }

  #unreachable(reason: string): WorkshopError {
    const { url } = this.#options.address
    return new WorkshopError({ code: 'WO-1170', message: reason || 'git failed without saying why', where: url })
  }
}

/** Reads `git ls-remote --symref`: annotated tags count as the commit they point to. */
export function chooseTip(listing: string, ref: Exclude<GitAddress['ref'], { kind: 'commit' }>): Tip | undefined {
  const commits = new Map<string, string>()
  let head: string | undefined
  for (const line of listing.split('\n')) {
    const [left = '', name = ''] = line.split('\t')
    if (left.startsWith('ref: ') && name === 'HEAD') head = left.slice('ref: '.length)
    else if (/^[0-9a-f]{40,64}$/.test(left)) commits.set(name, left)
  }
  const at = (want: string | undefined, name: string): Tip | undefined => {
    const commit = want === undefined ? undefined : (commits.get(`${want}^{}`) ?? commits.get(want))
    return want === undefined || commit === undefined ? undefined : { commit, name, want }
  }
  if (ref.kind === 'head') return at(head ?? 'HEAD', head?.replace(/^refs\/heads\//, '') ?? 'HEAD')
  if (ref.kind === 'semver') {
    const tags = [...commits.keys()].flatMap((name) => /^refs\/tags\/(.+?)(?:\^\{\})?$/.exec(name)?.[1] ?? [])
    const tag = highestInRange(tags, ref.name)
    return tag === undefined ? undefined : at(`refs/tags/${tag}`, tag)
  }
  const branch = ref.kind === 'tag' ? undefined : at(`refs/heads/${ref.name}`, ref.name)
  return branch ?? (ref.kind === 'branch' ? undefined : at(`refs/tags/${ref.name}`, ref.name))
}
