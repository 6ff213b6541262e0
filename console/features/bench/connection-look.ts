/** The worker as this page reaches it, in the words that the top bar uses. Pure. */
import type { StateView } from '../../ui/state-look.ts'
import { clockTime } from '../../ui/time-words.ts'

/** A failing connection is called offline after this time, ms: five tries. */
const offlineMs = 30_000

export function connectionLook(at: {
  readonly failing: boolean
  /** Epoch ms of the last good answer. */
  readonly asOf?: number | undefined
  readonly nextAt?: number | undefined
  readonly terminalsDown: boolean
  readonly now: number
}): StateView {
  if (at.failing && at.asOf !== undefined && at.now - at.asOf > offlineMs) {
    return { family: 'bad', word: `Offline since ${clockTime(at.asOf)}` }
  }
  if (at.failing) {
    const left = at.nextAt === undefined ? undefined : Math.max(1, Math.ceil((at.nextAt - at.now) / 1000))
    return { family: 'drift', word: left === undefined ? 'Reconnecting' : `Reconnecting, ${left} s` }
  }
  if (at.terminalsDown) return { family: 'drift', word: 'Reconnecting' }
  return at.asOf === undefined ? { family: 'prog', word: 'Connecting' } : { family: 'ok', word: 'Connected' }
}
