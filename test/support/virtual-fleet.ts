/** A controller and an emulated platform with its realistic delays, on one virtual clock: hours pass in seconds. */
import { politeLimits } from '../../controller/databricks/client/limiter.ts'
import type { Tuning } from '../../controller/loop/tuning.ts'
import { type BenchFleet, people, startBenchFleet } from './bench-fleet.ts'
import { VirtualTime } from './virtual-time.ts'

export interface VirtualFleet extends BenchFleet {
  readonly time: VirtualTime
  /** The loop as it is, at the rate that it allows itself on a real workspace. */
  readonly steady: Tuning
}

export interface VirtualFleetOptions {
  readonly users?: readonly string[]
  readonly driftMs?: number
}

export async function startVirtualFleet(spec: string, options: VirtualFleetOptions = {}): Promise<VirtualFleet> {
  const { users = people, driftMs = 30_000 } = options
  const time = new VirtualTime()
  const known = users.map((email) => ({ email, displayName: email }))
  const fleet = await startBenchFleet(spec, { profile: 'realistic', clock: time, users: known })
  const steady: Tuning = { clock: time, fetch: time.fetch, limits: politeLimits, pace: { driftMs }, random: () => 0.5 }
  return { ...fleet, time, steady }
}
