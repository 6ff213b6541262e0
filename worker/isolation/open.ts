/** Level `open`: no walls, only limits. Sessions of different people can read one another's files here. */
import type { Isolation } from './isolation.ts'
import { withLimits } from './limits.ts'
import { seenLaunch } from './paths.ts'

/** `reason`: why no better level starts, one sentence. */
export function openIsolation(reason: string): Isolation {
  return {
    report: { level: 'open', message: reason },
    wrap: (launch, { tmp }) => withLimits(seenLaunch(launch, [], tmp), { ownUserNamespace: false }),
    seenUploads: (folder) => folder,
  }
}
