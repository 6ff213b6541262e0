/** Who may do what with workspace files: grants on a folder reach everything below it. */
import { type AclEntry, type Acls, type InheritedEntry, lacksPermission, levelOf } from './acl.ts'
import type { Caller } from './credentials.ts'
import { type FileTree, isFolder, parentOf, type TreeNode } from './file-tree.ts'
import { adminsGroup, type Principals, usersGroup } from './principals.ts'

/** From low to high, as the platform's tables order them. */
export const fileLevels = ['CAN_READ', 'CAN_RUN', 'CAN_EDIT', 'CAN_MANAGE'] as const
export type FileLevel = (typeof fileLevels)[number]

/** Folders that everybody may look into without being given what lies in them. */
const publicFolders = ['/', '/Users', '/Repos']

/** The id under which the permissions API knows an object: `/directories/12`, `/files/13`, `/notebooks/14`, `/repos/15`. */
export function objectIdOf(node: TreeNode): string {
  const kind = { DIRECTORY: 'directories', FILE: 'files', NOTEBOOK: 'notebooks', REPO: 'repos' }[node.type]
  return `/${kind}/${node.id}`
}

export class FileAccess {
  readonly #tree: FileTree
  readonly #acls: Acls
  readonly #principals: Principals

  constructor(tree: FileTree, acls: Acls, principals: Principals) {
    this.#tree = tree
    this.#acls = acls
    this.#principals = principals
    acls.set(objectIdOf(tree.need('/')), [{ kind: 'group_name', name: adminsGroup, level: 'CAN_MANAGE' }])
    acls.set(objectIdOf(tree.need('/Shared')), [{ kind: 'group_name', name: usersGroup, level: 'CAN_MANAGE' }])
  }

  /** What reaches an object from the folders above it, nearest first. */
  inherited(path: string): readonly InheritedEntry[] {
    if (path === '/') return []
    const above = this.#tree.get(parentOf(path))
    const own: readonly AclEntry[] = above ? this.#acls.of(objectIdOf(above)) : []
    return [
      ...own.map((entry) => ({ ...entry, from: above ? objectIdOf(above) : '' })),
      ...this.inherited(parentOf(path)),
    ]
  }

  allows(caller: Caller, path: string, level: FileLevel): boolean {
    if (caller.isAdmin) return true
    const node = this.#tree.get(path)
    if (level === 'CAN_READ' && publicFolders.includes(path)) return true
    const entries = [...(node ? this.#acls.of(objectIdOf(node)) : []), ...this.inherited(path)]
    const held = levelOf(entries, caller.principal, this.#principals, fileLevels)
    return held !== undefined && fileLevels.indexOf(held as FileLevel) >= fileLevels.indexOf(level)
  }

  /** Throws 403. */
  demand(caller: Caller, path: string, level: FileLevel): void {
    if (!this.allows(caller, path, level)) throw lacksPermission(caller.principal, level, path)
  }

  /** To make something at a path, one must manage the nearest folder that exists. Throws 403. */
  demandCreate(caller: Caller, path: string): void {
    let folder = parentOf(path)
    for (let node = this.#tree.get(folder); !node || !isFolder(node); node = this.#tree.get(folder)) {
      if (folder === '/') break
      folder = parentOf(folder)
    }
    this.demand(caller, folder, 'CAN_MANAGE')
  }
}
