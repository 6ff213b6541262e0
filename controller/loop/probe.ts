/** Asks the apps how they are. Not the platform's API: these calls go to the apps' own addresses, one each. */
import type { WorkerStatus } from '@workshop/contracts/worker-api'
import { isServing } from '../core/fleet.ts'
import type { Observed, ObservedApp } from '../core/observed.ts'
import { askStatus } from '../databricks/control.ts'
import type { Workspace } from '../databricks/workspace.ts'

/** Adds the answers of our running apps, and since when each one drains. Apps that do not run are not asked. */
export async function probeFleet(
  workspace: Workspace,
  observed: Observed,
  marker: string,
  drains: ReadonlyMap<string, number>,
): Promise<Observed> {
  const apps = await Promise.all(
    [...observed.apps.values()].map(async (app): Promise<ObservedApp> => {
      if (app.description !== marker) return app
      const drainingSince = drains.get(app.name)
      const probe = await answerOf(workspace, app)
      return {
        ...app,
        ...(probe === undefined ? {} : { probe }),
        ...(drainingSince === undefined ? {} : { drainingSince }),
      }
    }),
  )
  return { ...observed, apps: new Map(apps.map((app) => [app.name, app])) }
}

async function answerOf(workspace: Workspace, app: ObservedApp): Promise<WorkerStatus | null | undefined> {
  if (!workspace.canAskApps || !isServing(app) || app.url === '') return undefined
  return askStatus(workspace, app.url)
}
