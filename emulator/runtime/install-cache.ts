/**
 * Installs npm dependencies once per identical manifest and hard-links the result into each deployment, so that
 * forty workers cost one download and one copy on disk. The files are shared: an app that changes a file of
 * node_modules in place changes it for its neighbours too.
 */

import { createHash } from 'node:crypto'
import { copyFile, link, lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeploymentError } from './app-config.ts'
import { heldLock } from './lock-file.ts'

/** Files that decide what npm installs, besides the Node version. */
const manifestFiles = ['package.json', 'package-lock.json', 'npm-shrinkwrap.json', '.npmrc'] as const

export interface InstallCacheOptions {
  readonly folder: string
  /** Runs npm in a folder that holds the manifest files; reports progress in words. */
  readonly install: (folder: string, onProgress: (words: string) => void, signal: AbortSignal) => Promise<void>
}

export class InstallCache {
  readonly #options: InstallCacheOptions
  readonly #running = new Map<
    string,
    { readonly done: Promise<string>; readonly listeners: Set<(w: string) => void> }
  >()
  readonly #closing = new AbortController()

  constructor(options: InstallCacheOptions) {
    this.#options = options
  }

  /**
   * Puts node_modules for the manifest in `sourceDir` there. Several callers with one manifest share one npm; a
   * caller that is cancelled leaves it running for the others.
   * @throws DeploymentError when npm fails or the caller is cancelled
   */
  async provide(sourceDir: string, onProgress: (words: string) => void, signal: AbortSignal): Promise<void> {
    const key = await manifestKey(sourceDir)
    const run = this.#running.get(key) ?? this.#start(key, sourceDir)
    run.listeners.add(onProgress)
    try {
      const folder = await Promise.race([run.done, cancelled(signal)])
      onProgress('linking packages')
      await linkTree(join(folder, 'node_modules'), join(sourceDir, 'node_modules'))
    } finally {
      run.listeners.delete(onProgress)
    }
  }

  /** Ends running installs. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled([...this.#running.values()].map((run) => run.done))
  }

  #start(key: string, sourceDir: string) {
    const listeners = new Set<(words: string) => void>()
    const report = (words: string) => {
      for (const listener of listeners) listener(words)
    }
    const done = this.#install(key, sourceDir, report).finally(() => this.#running.delete(key))
    const run = { done, listeners }
    this.#running.set(key, run)
    return run
  }

  async #install(key: string, sourceDir: string, report: (words: string) => void): Promise<string> {
    const folder = join(this.#options.folder, key)
    const marker = join(folder, '.complete')
    const signal = this.#closing.signal
    await mkdir(this.#options.folder, { recursive: true })
    await using _lock = await heldLock(`${folder}.lock`, signal, () =>
      report('waiting for another install of the same'),
    )
    if (await exists(marker)) return folder
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    await mkdir(join(folder, 'node_modules'))
    for (const name of manifestFiles) await copyFile(join(sourceDir, name), join(folder, name)).catch(ignoreMissing)
    await this.#options.install(folder, report, signal)
    await writeFile(marker, `${new Date().toISOString()}\n`)
    return folder
  }
}

async function manifestKey(sourceDir: string): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${process.versions.modules}\n`)
  for (const name of manifestFiles) {
    const text = await readFile(join(sourceDir, name)).catch(ignoreMissing)
    hash.update(`${name} ${text?.length ?? -1}\n`).update(text ?? '')
  }
  return hash.digest('hex').slice(0, 32)
}

/** Copies a folder with hard links for files; copies the bytes where the file system has no room for a link. */
export async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name)
    const target = join(to, entry.name)
    if (entry.isDirectory()) await linkTree(source, target)
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target)
    else await link(source, target).catch(() => copyFile(source, target))
  }
}

/**
 * What npm has put on disk so far, in words, every 2 s or, in big trees, so rarely that looking costs under a tenth of
 * the time. Ends when the signal fires.
 */
export async function reportInstallSize(
  folder: string,
  report: (words: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = performance.now()
  for (let pauseMs = 2000; ; ) {
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    const lookedAt = performance.now()
    const size = await measure(folder)
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    report(
      size.packages === 0
        ? `resolving packages, ${seconds} s`
        : `${size.packages} packages, ${Math.round(size.bytes / 1e6)} MB, ${seconds} s`,
    )
    pauseMs = Math.max(2000, (performance.now() - lookedAt) * 10)
  }
}

async function measure(folder: string, isScope = false): Promise<{ packages: number; bytes: number }> {
  const total = { packages: 0, bytes: 0 }
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name)
    if (!entry.isDirectory() || entry.name === '.bin') continue
    if (!isScope && entry.name.startsWith('@')) {
      const scope = await measure(path, true)
      total.packages += scope.packages
      total.bytes += scope.bytes
    } else {
      total.packages += 1
      total.bytes += await bytesIn(path)
    }
  }
  return total
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) bytes += await bytesIn(path)
    else {
      const stat = await lstat(path).catch(() => undefined)
      bytes += (stat?.size ?? 0) / Math.max(1, stat?.nlink ?? 1)
    }
  }
  return bytes
}

function cancelled(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const cancel = () => reject(new DeploymentError('The deployment was cancelled'))
    if (signal.aborted) cancel()
    signal.addEventListener('abort', cancel, { once: true })
  })
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
