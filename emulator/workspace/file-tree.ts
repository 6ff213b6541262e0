/**
 * The workspace's files: a tree of folders, files and notebooks in memory. `/Workspace/Users/x` and `/Users/x` are the
 * same place; paths here are without the prefix. Contents are never changed in place, so snapshots share them.
 */
import type { Clock } from '../clock.ts'
import { ApiError, invalid, missing } from '../http/api-error.ts'

export type Language = 'PYTHON' | 'SQL' | 'SCALA' | 'R'

/** One object of the tree. Times are epoch milliseconds. */
export interface TreeNode {
  readonly id: bigint
  readonly path: string
  readonly type: 'DIRECTORY' | 'FILE' | 'NOTEBOOK' | 'REPO'
  readonly content?: Buffer
  readonly language?: Language
  readonly createdAt: number
  readonly modifiedAt: number
}

export class FileTree {
  readonly #nodes = new Map<string, TreeNode>()
  readonly #children = new Map<string, Set<string>>()
  readonly #clock: Clock
  /** Above 2^53, so that clients that read ids into doubles are found out. */
  #nextId = 90_071_992_547_409_931n

  constructor(clock: Clock) {
    this.#clock = clock
    this.#put({ path: '/', type: 'DIRECTORY' })
    for (const path of ['/Users', '/Shared', '/Repos']) this.mkdirs(path)
  }

  get(path: string): TreeNode | undefined {
    return this.#nodes.get(path)
  }

  /** Throws 404 in the platform's words. */
  need(path: string): TreeNode {
    const node = this.get(path)
    if (!node) throw missing(`Path (${path}) doesn't exist.`)
    return node
  }

  byId(id: string): TreeNode | undefined {
    for (const node of this.#nodes.values()) if (String(node.id) === id) return node
    return undefined
  }

  /** Direct children, by path. */
  children(path: string): readonly TreeNode[] {
    return [...(this.#children.get(path) ?? [])].sort().flatMap((child) => this.get(child) ?? [])
  }

  /** A folder and everything below it, parents first. */
  walk(path: string): readonly TreeNode[] {
    const node = this.get(path)
    return node ? [node, ...this.children(path).flatMap((child) => this.walk(child.path))] : []
  }

  /** Makes a folder and its parents. Throws RESOURCE_ALREADY_EXISTS when a file is in the way. */
  mkdirs(path: string, type: 'DIRECTORY' | 'REPO' = 'DIRECTORY'): TreeNode {
    const held = this.get(path)
    if (held && isFolder(held)) return held
    if (held) throw new ApiError(400, 'RESOURCE_ALREADY_EXISTS', `Path (${path}) already exists and is not a folder.`)
    this.mkdirs(parentOf(path))
    return this.#put({ path, type })
  }

  /** Writes a file or notebook into a folder that exists; an object at the path is replaced and keeps its id. */
  write(path: string, content: Buffer, language?: Language): TreeNode {
    const parent = this.get(parentOf(path))
    if (!parent || !isFolder(parent)) throw missing(`The parent folder (${parentOf(path)}) does not exist.`)
    const held = this.get(path)
    if (held && isFolder(held)) throw new ApiError(400, 'RESOURCE_ALREADY_EXISTS', `Path (${path}) is a folder.`)
    return this.#put({
      path,
      type: language === undefined ? 'FILE' : 'NOTEBOOK',
      content,
      ...(language === undefined ? {} : { language }),
    })
  }

  /** Removes an object and all below it; returns what is gone. */
  remove(path: string): readonly TreeNode[] {
    const gone = this.walk(path)
    for (const node of gone) {
      this.#nodes.delete(node.path)
      this.#children.delete(node.path)
    }
    this.#children.get(parentOf(path))?.delete(path)
    return gone
  }

  #put(fields: Pick<TreeNode, 'path' | 'type' | 'content' | 'language'>): TreeNode {
    const held = this.#nodes.get(fields.path)
    const now = this.#clock.now()
    if (!held) this.#nextId += 2n
    const node: TreeNode = {
      ...fields,
      id: held?.id ?? this.#nextId,
      createdAt: held?.createdAt ?? now,
      modifiedAt: now,
    }
    this.#nodes.set(node.path, node)
    if (node.path !== '/') {
      const siblings = this.#children.get(parentOf(node.path)) ?? new Set()
      siblings.add(node.path)
      this.#children.set(parentOf(node.path), siblings)
    }
    return node
  }
}

export const isFolder = (node: TreeNode) => node.type === 'DIRECTORY' || node.type === 'REPO'

/** `/a/b` → `/a`; `/a` → `/`. */
export function parentOf(path: string): string {
  const cut = path.lastIndexOf('/')
  return cut <= 0 ? '/' : path.slice(0, cut)
}

/** The tree's own spelling of a path: no `/Workspace`, no trailing or doubled slash. Throws for relative and dotted ones. */
export function canonicalPath(path: string): string {
  if (!path.startsWith('/')) throw invalid(`Path (${path}) must be absolute.`)
  const segments = path.split('/').filter((segment) => segment !== '')
  if (segments.some((segment) => segment === '.' || segment === '..'))
    throw invalid(`Path (${path}) must not hold . or ..`)
  if (segments[0] === 'Workspace') segments.shift()
  return `/${segments.join('/')}`
}
