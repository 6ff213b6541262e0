/** The ACLs of workspace objects (by object id), repos, serving endpoints and the right to use tokens. */
import { missing } from '../http/api-error.ts'
import type { Caller } from '../workspace/credentials.ts'
import { objectIdOf } from '../workspace/file-access.ts'
import { adminsGroup, usersGroup } from '../workspace/principals.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { Permissioned, PermissionedType } from './permissions.ts'
import { endpointId } from './serving-endpoints.ts'

const fileLevels = [
  { level: 'CAN_READ', description: 'Can view' },
  { level: 'CAN_RUN', description: 'Can run' },
  { level: 'CAN_EDIT', description: 'Can edit' },
  { level: 'CAN_MANAGE', description: 'Can manage' },
]
const endpointLevels = [
  { level: 'CAN_VIEW', description: 'Can view' },
  { level: 'CAN_QUERY', description: 'Can query' },
  { level: 'CAN_MANAGE', description: 'Can manage' },
]

/** Types by the word that the permissions API uses for them. */
export function objectPermissions(workspace: Workspace): Readonly<Record<string, PermissionedType>> {
  const { files, fileAccess } = workspace
  const treeObject =
    (objectType: string): PermissionedType =>
    (id) => {
      const node = files.byId(id)
      if (!node) throw missing(`Object with id ${id} does not exist.`)
      return {
        objectId: objectIdOf(node),
        objectType,
        levels: fileLevels,
        inherited: fileAccess.inherited(node.path),
        mayRead: (caller) => fileAccess.allows(caller, node.path, 'CAN_READ'),
        mayManage: (caller) => fileAccess.allows(caller, node.path, 'CAN_MANAGE'),
      }
    }
  return {
    directories: treeObject('directory'),
    files: treeObject('file'),
    notebooks: treeObject('notebook'),
    repos: treeObject('repo'),
    'serving-endpoints': (id) => endpoint(workspace, id),
    authorization: (id) => {
      if (id !== 'tokens' && id !== 'passwords') throw missing(`Object authorization/${id} does not exist.`)
      return adminObject(`/authorization/${id}`, id, [{ level: 'CAN_USE', description: `Can use ${id}` }], usersGroup)
    },
  }
}

function endpoint(workspace: Workspace, id: string): Permissioned {
  const name = workspace.models.find((model) => endpointId(model) === id)
  if (name === undefined) throw missing(`Serving endpoint with id ${id} does not exist.`)
  return adminObject(`/serving-endpoints/${id}`, 'serving-endpoint', endpointLevels, usersGroup)
}

/** Something that admins manage and everybody may see. */
function adminObject(
  objectId: string,
  objectType: string,
  levels: Permissioned['levels'],
  everybody: string,
): Permissioned {
  const [lowest, highest] = [levels[0]?.level ?? '', levels.at(-1)?.level ?? '']
  return {
    objectId,
    objectType,
    levels,
    inherited: [
      { kind: 'group_name', name: adminsGroup, level: highest, from: '/' },
      { kind: 'group_name', name: everybody, level: lowest, from: '/' },
    ],
    mayRead: () => true,
    mayManage: (caller: Caller) => caller.isAdmin,
  }
}
