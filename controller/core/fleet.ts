/** The fleet file: what hub and workers are told. Written only when its content differs; its version grows by one. Pure. */
import type { FleetFile, FleetMember } from '@workshop/contracts/fleet-file'
import type { Desired, DesiredApp } from './desired.ts'
import { isDeployed } from './desired-deployment.ts'
import { isGone, type Observed, type ObservedApp } from './observed.ts'
import { pins } from './pins.ts'

/** The file that should be there now. `leaving` are workers that go: nobody new is sent there, live sessions stay known. */
export function fleetFile(desired: Desired, observed: Observed, leaving: readonly ObservedApp[]): FleetFile {
  const members = desired.apps.map((app) => member(app, observed.apps.get(app.name)))
  const [hub = member(undefined, undefined), ...workers] = members
  const going = leaving.map((app, index) => ({
    name: app.name,
    ordinal: desired.apps.length + index,
    url: app.url,
    cordoned: true,
    ready: isServing(app),
  }))
  const kept = pins(desired, observed)
  const pinning = Object.keys(kept).length > 0 ? { pins: kept } : {}
  const content = { ...desired.fleet, ...pinning, hub, workers: [...workers, ...going] }
  const found = observed.fleetFile
  if (found === undefined) return { ...content, version: 1 }
  const isSame = canonical({ ...content, version: 0 }) === canonical({ ...found, version: 0 })
  return { ...content, version: isSame ? found.version : found.version + 1 }
}

/** Runs and is deployed, as far as the platform says. */
export function isServing(app: ObservedApp | undefined): boolean {
  return app?.compute === 'ACTIVE' && app.state === 'RUNNING' && app.active?.state === 'SUCCEEDED'
}

/** Is the app up at the wanted revision? */
export function isCurrent(wanted: DesiredApp, found: ObservedApp | undefined): boolean {
  return isServing(found) && isDeployed(wanted.deployment, found?.active)
}

function member(wanted: DesiredApp | undefined, found: ObservedApp | undefined): FleetMember {
  const app = isGone(found) ? undefined : found
  return {
    name: wanted?.name ?? '',
    ordinal: wanted?.ordinal ?? 0,
    url: app?.url ?? '',
    cordoned: false,
    ready: isServing(app),
  }
}

/** JSON with sorted keys: two contents are equal when their texts are. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
