/** `/api/2.0/workspace`: list, get-status, mkdirs, delete. */
import { ApiError } from '../http/api-error.ts'
import { type Answer, bodyOf, type Call, type Fields, ok, requiredQuery, requiredText } from '../http/call.ts'
import type { Route } from '../http/router.ts'
import { objectIdOf } from '../workspace/file-access.ts'
import { canonicalPath, isFolder, type TreeNode } from '../workspace/file-tree.ts'
import type { Workspace } from '../workspace/workspace.ts'

const scope = 'workspace.workspace'
const base = '/api/2.0/workspace'

/** Folders that belong to the workspace itself. */
const protectedPaths = ['/', '/Users', '/Shared', '/Repos']

export function workspaceObjectsRoutes(workspace: Workspace): readonly Route[] {
  const { files, fileAccess } = workspace

  function list(call: Call): Answer {
    const asked = requiredQuery(call, 'path')
    const node = files.need(canonicalPath(asked))
    fileAccess.demand(call.caller, node.path, 'CAN_READ')
    const after = Number(call.query.get('notebooks_modified_after') ?? 0)
    const shown = isFolder(node)
      ? files.children(node.path).filter((child) => fileAccess.allows(call.caller, child.path, 'CAN_READ'))
      : [node]
    const fresh = shown.filter((child) => child.type !== 'NOTEBOOK' || child.modifiedAt >= after)
    return ok(fresh.length === 0 ? {} : { objects: fresh.map((child) => objectView(child, prefixOf(asked))) })
  }

  function status(call: Call): Answer {
    const asked = requiredQuery(call, 'path')
    const node = files.need(canonicalPath(asked))
    fileAccess.demand(call.caller, node.path, 'CAN_READ')
    return ok(objectView(node, prefixOf(asked)))
  }

  function mkdirs(call: Call): Answer {
    const path = canonicalPath(requiredText(bodyOf(call), 'path'))
    const held = files.get(path)
    if (held && isFolder(held)) {
      fileAccess.demand(call.caller, path, 'CAN_READ')
      return ok()
    }
    fileAccess.demandCreate(call.caller, path)
    files.mkdirs(path)
    return ok()
  }

  function remove(call: Call): Answer {
    const body = bodyOf(call)
    const path = canonicalPath(requiredText(body, 'path'))
    const node = files.need(path)
    if (protectedPaths.includes(path) || /^\/Users\/[^/]+$/.test(path))
      throw new ApiError(400, 'DIRECTORY_PROTECTED', `Folder (${path}) is protected and cannot be deleted.`)
    fileAccess.demand(call.caller, path, 'CAN_MANAGE')
    if (isFolder(node) && body['recursive'] !== true && files.children(path).length > 0)
      throw new ApiError(400, 'DIRECTORY_NOT_EMPTY', `Folder (${path}) is not empty.`)
    for (const gone of files.remove(path)) workspace.acls.remove(objectIdOf(gone))
    return ok()
  }

  return [
    { method: 'GET', pattern: `${base}/list`, scope, run: list },
    { method: 'GET', pattern: `${base}/get-status`, scope, run: status },
    { method: 'POST', pattern: `${base}/mkdirs`, scope, run: mkdirs },
    { method: 'POST', pattern: `${base}/delete`, scope, run: remove },
  ]
}

/** Answers spell paths as the question did: with or without `/Workspace`. */
const prefixOf = (asked: string) => (/^\/+Workspace(\/|$)/.test(asked) ? '/Workspace' : '')

function objectView(node: TreeNode, prefix: string): Fields {
  return {
    object_id: node.id,
    object_type: node.type,
    path: `${prefix}${node.path}`,
    resource_id: String(node.id),
    created_at: node.createdAt,
    modified_at: node.modifiedAt,
    ...(node.language === undefined ? {} : { language: node.language }),
    ...(node.content === undefined ? {} : { size: node.content.length }),
  }
}
