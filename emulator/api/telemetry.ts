/** `/telemetry-ext`: where the vendor's tools send usage reports; taken and forgotten. */
import { ok } from '../http/call.ts'
import type { Route } from '../http/router.ts'

export function telemetryRoutes(): readonly Route[] {
  return [{ method: 'POST', pattern: '/telemetry-ext', open: true, run: () => ok() }]
}
