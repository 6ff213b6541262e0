/** `/api/2.0/apps/{name}/update`: the masked, asynchronous update. */
import { readMask } from '../apps/app-spec.ts'
import { updateView } from '../apps/app-view.ts'
import { invalid } from '../http/api-error.ts'
import { bodyOf, isFields, ok, requiredText } from '../http/call.ts'
import type { Route } from '../http/router.ts'
import { type AppsContext, demandedApp } from './apps.ts'

const pattern = '/api/2.0/apps/:name/update'

export function appUpdatesRoutes(context: AppsContext): readonly Route[] {
  return [
    {
      method: 'POST',
      pattern,
      scope: 'apps.apps',
      run: (call) => {
        const app = demandedApp(context, call, call.params['name'] ?? '', 'CAN_MANAGE')
        const body = bodyOf(call)
        const fields = body['app'] ?? {}
        if (!isFields(fields)) throw invalid('Field app must be an object.')
        context.lifecycle.update(app, fields, readMask(requiredText(body, 'update_mask')), call.caller)
        return ok(updateView(app))
      },
    },
    {
      method: 'GET',
      pattern,
      scope: 'apps.apps',
      run: (call) => ok(updateView(demandedApp(context, call, call.params['name'] ?? '', 'CAN_USE'))),
    },
  ]
}
