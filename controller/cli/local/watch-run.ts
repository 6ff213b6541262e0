/** Shows an embedded run: progress until it is ready for the first time, then one line for whatever happens. */
import type { FleetEvent, WorkshopView } from '@workshop/contracts/fleet-api'
import { clockTime } from '../clock-time.ts'
import type { CommandContext } from '../command-context.ts'
import { Progress } from '../progress.ts'
import { isNews, liveLines } from './live-lines.ts'
import type { LocalRun } from './start.ts'

export interface FirstReady {
  /** The hub, without trailing slash. */
  readonly workshopUrl: string
  /** What workers report, for people. */
  readonly isolation: string
}

export interface RunView {
  readonly ready: Promise<FirstReady>
  readonly close: () => void
}

export function watchRun({ terminal, now }: CommandContext, { controller }: Pick<LocalRun, 'controller'>): RunView {
  const { err } = terminal
  const progress = new Progress(err, now)
  const say = (text: string) => err.write(`${err.paint.dim(clockTime(now()))}  ${text}\n`)
  let shown: WorkshopView | undefined
  let isLive = false
  let resolveReady: (ready: FirstReady) => void = () => {}
  const ready = new Promise<FirstReady>((resolve) => {
    resolveReady = resolve
  })

  const look = (view: WorkshopView) => {
    if (isLive && shown) for (const line of liveLines(shown, view)) say(line)
    shown = view
    if (isLive) return
    progress.show(view)
    if (!isReady(view)) return
    isLive = true
    progress.close()
    resolveReady({ workshopUrl: (view.status.url ?? '').replace(/\/$/, ''), isolation: isolationOf(view) })
  }
  const hear = (event: FleetEvent) => {
    if (event.type === 'workshop') look(event.data)
    // Before it is ready, progress says it all but what went wrong.
    else if (event.type === 'activity' && (isLive ? isNews(event.data, shown) : event.data.level !== 'info')) {
      say(event.data.text)
    }
  }
  const unsubscribe = controller.subscribe(hear)
  for (const view of controller.views()) look(view)
  return {
    ready,
    close: () => {
      unsubscribe()
      progress.close()
    },
  }
}

function isReady({ conditions, status }: WorkshopView): boolean {
  return (
    conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True') &&
    status.url !== undefined
  )
}

/** The weakest level that a worker reports: `namespaces (bubblewrap)`. */
export function isolationOf({ status }: WorkshopView): string {
  const levels = (status.fleet ?? []).filter(({ ordinal }) => ordinal !== 0).flatMap(({ isolation }) => isolation || [])
  if (levels.length === 0) return 'not reported yet'
  return levels.every((level) => level === 'namespaces')
    ? 'namespaces (bubblewrap)'
    : 'open (people are not walled off)'
}
