/**
 * Keeps the fleet file in memory: pulled at an interval and on request, the last good one kept. A file older than the
 * one in hand is most likely a stale read of the workspace; only one that stays is taken (a controller that lost its
 * state counts from the start again).
 */
import type { FleetFile } from '@workshop/contracts/fleet-file'
import { parseFleetFile } from './fleet-document.ts'

/** Pulled this often (architecture.md section 2). */
export const fleetIntervalMs = 15_000
/** Reads in a row after which an older file is believed: 45 s, well past the workspace's stale reads. */
const readsUntilOlderIsTaken = 3
/** Redirects may ask for a read; no more often than this. */
const minimumGapMs = 1_000

/** What the reader needs: the file's text, a clock in epoch ms, and somebody to tell. */
export interface FleetReaderOptions {
  readonly read: () => Promise<string>
  readonly now: () => number
  readonly onChange: (fleet: FleetFile) => void
  readonly onError: (error: unknown) => void
}

/** The fleet as last read. */
export interface FleetReader {
  readonly current: () => FleetFile | undefined
  /** A read that begins no earlier than now; callers share it. Resolves when it is over, whatever came of it. */
  readonly reload: () => Promise<void>
  /** Makes sure that at least `version` is in hand if the workspace has it: reads once if behind. */
  readonly atLeast: (version: number) => Promise<void>
  /** First read, then one each interval until the returned function is called. */
  readonly start: () => () => void
}

/** A reader that has read nothing yet. */
export function fleetReader({ read, now, onChange, onError }: FleetReaderOptions): FleetReader {
  let fleet: FleetFile | undefined
  let olderReads = 0
  let lastReadAt = Number.NEGATIVE_INFINITY
  let underWay: Promise<void> | undefined

  function take(next: FleetFile): void {
    olderReads = fleet && next.version < fleet.version ? olderReads + 1 : 0
    if (fleet && (next.version === fleet.version || (olderReads > 0 && olderReads < readsUntilOlderIsTaken))) return
    olderReads = 0
    fleet = next
    onChange(next)
  }

  function pull(): Promise<void> {
    underWay ??= read()
      .then((text) => take(parseFleetFile(text)))
      .catch(onError)
      .finally(() => {
        lastReadAt = now()
        underWay = undefined
      })
    return underWay
  }

  return {
    current: () => fleet,
    reload: async () => {
      if (underWay) await underWay
      await pull()
    },
    atLeast: async (version) => {
      if (fleet && fleet.version >= version) return
      if (underWay || now() - lastReadAt >= minimumGapMs) await pull()
    },
    start: () => {
      void pull()
      const timer = setInterval(() => void pull(), fleetIntervalMs)
      return () => clearInterval(timer)
    },
  }
}
