/** Prometheus' own engine over series of a test (test/cluster/prometheus). */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findBinaries } from './binaries.ts'
import type { Series } from './scrape.ts'

export interface Question {
  readonly series: readonly Series[]
  /** Text of a rules file, checked as Prometheus does when it loads one. */
  readonly rules?: string
  readonly queries: readonly string[]
  /** Seconds on the time line. */
  readonly end?: number
}

const program = () => join(findBinaries() ?? '', 'promquery')
const step = 30

export const hasPromQuery = () => existsSync(program())

/** The series that each query answers, every 30 s of the time line. */
export function promQuery({
  series,
  rules = 'groups: []',
  queries,
  end = 3_600,
}: Question): readonly (readonly Series[])[] {
  const input = JSON.stringify({ series, rules, queries, Start: 0, End: end, Step: step })
  const { status, stdout, stderr } = spawnSync(program(), { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

/** Whether an alert with this `for` fires at the end of the time line: its expression held that long without a gap. */
export function isFiring(found: readonly Series[], forSeconds: number, end = 3_600): boolean {
  return found.some(({ points }) => {
    const times = new Set(points.map(([time]) => time))
    const needed = Array.from({ length: forSeconds / step + 1 }, (_, index) => end - index * step)
    return needed.every((time) => times.has(time))
  })
}
