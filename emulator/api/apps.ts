/** `/api/2.0/apps`: create, list, get, patch, delete, start, stop. */
import type { AppRecord } from '../apps/app-record.ts'
import { appLevel, type appLevels } from '../apps/app-resources.ts'
import { appView } from '../apps/app-view.ts'
import type { AppLifecycle } from '../apps/lifecycle.ts'
import type { StaleReads } from '../control/stale-reads.ts'
import { missing } from '../http/api-error.ts'
import { type Answer, bodyOf, type Call, ok, requiredText } from '../http/call.ts'
import { pageOf } from '../http/paging.ts'
import type { Route } from '../http/router.ts'
import { lacksPermission } from '../workspace/acl.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** What the app APIs share. */
export interface AppsContext {
  readonly workspace: Workspace
  readonly lifecycle: AppLifecycle
  readonly urlOf: (app: string) => string
  readonly stale: StaleReads
  /** Page size of lists when the caller names none. */
  readonly pageSize: number
}

const scope = 'apps.apps'

export function appsRoutes(context: AppsContext): readonly Route[] {
  const { workspace, lifecycle, stale } = context
  const view = (app: AppRecord) => ok(appView(app, context.urlOf(app.name)))
  const managed = (call: Call) => demandedApp(context, call, call.params['name'] ?? '', 'CAN_MANAGE')

  function list(call: Call): Answer {
    const seen = stale.all().filter(({ name }) => appLevel(workspace, name, call.caller.principal) !== undefined)
    const page = pageOf(seen, call.query, context.pageSize)
    return ok({
      ...(page.items.length > 0 ? { apps: page.items.map((item) => item.view) } : {}),
      ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
    })
  }

  function get(call: Call): Answer {
    const name = call.params['name'] ?? ''
    const seen = stale.one(name)
    if (!seen) throw missing(`App with name ${name} does not exist or is deleted.`)
    if (workspace.apps.has(name)) demandedApp(context, call, name, 'CAN_USE')
    return ok(seen)
  }

  /** An order to one app that the caller manages; the answer is the app as it then is. */
  const order = (
    method: string,
    under: string,
    carryOut: (app: ReturnType<typeof managed>, call: Parameters<typeof managed>[0]) => void,
  ) => ({
    method,
    pattern: `/api/2.0/apps/:name${under}`,
    scope,
    run: (call: Parameters<typeof managed>[0]) => {
      const app = managed(call)
      carryOut(app, call)
      return view(app)
    },
  })
  return [
    {
      method: 'POST',
      pattern: '/api/2.0/apps',
      scope,
      run: (call) => {
        const body = bodyOf(call)
        return view(
          lifecycle.create(body, requiredText(body, 'name'), call.caller, call.query.get('no_compute') === 'true'),
        )
      },
    },
    { method: 'GET', pattern: '/api/2.0/apps', scope, run: list },
    { method: 'GET', pattern: '/api/2.0/apps/:name', scope, run: get },
    order('PATCH', '', (app, call) => lifecycle.patch(app, bodyOf(call), call.caller)),
    order('DELETE', '', (app, call) => lifecycle.delete(app, call.caller)),
    order('POST', '/start', (app, call) => lifecycle.start(app, call.caller)),
    order('POST', '/stop', (app, call) => lifecycle.stop(app, call.caller)),
  ]
}

/** The app, for a caller who holds the level. Throws 404 and 403. */
export function demandedApp(
  { workspace, lifecycle }: Pick<AppsContext, 'workspace' | 'lifecycle'>,
  call: Pick<Call, 'caller'>,
  name: string,
  level: (typeof appLevels)[number],
): AppRecord {
  const app = lifecycle.need(name)
  const held = appLevel(workspace, name, call.caller.principal)
  if (held === undefined || (level === 'CAN_MANAGE' && held !== 'CAN_MANAGE'))
    throw lacksPermission(call.caller.principal, level, `app ${name}`)
  return app
}
