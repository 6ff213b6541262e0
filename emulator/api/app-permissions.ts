/** The ACL of apps. */
import { appLevel } from '../apps/app-resources.ts'
import type { AppLifecycle } from '../apps/lifecycle.ts'
import { adminsGroup } from '../workspace/principals.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { PermissionedType } from './permissions.ts'

const levels = [
  { level: 'CAN_USE', description: 'Can use the app' },
  { level: 'CAN_MANAGE', description: 'Can manage the app' },
]

export function appPermissions(workspace: Workspace, lifecycle: AppLifecycle): PermissionedType {
  return (name) => {
    lifecycle.need(name)
    return {
      objectId: `/apps/${name}`,
      objectType: 'apps',
      levels,
      inherited: [{ kind: 'group_name', name: adminsGroup, level: 'CAN_MANAGE', from: '/apps/' }],
      mayRead: ({ principal }) => appLevel(workspace, name, principal) !== undefined,
      mayManage: ({ principal }) => appLevel(workspace, name, principal) === 'CAN_MANAGE',
    }
  }
}
