/**
 * The controller's Workshops, live. Server-sent events keep them current; when the stream breaks, what is known stays,
 * its age grows, and a new stream is tried with growing waits. Module-level: one stream for the page.
 */
import type { ActivityEntry, FleetEvent, WorkshopView } from '@workshop/contracts/fleet-api'
import { reactive, shallowReactive, shallowRef } from 'vue'
import { type Failure, failureOf } from './call.ts'
import { fleet, type WorkshopKey } from './fleet.ts'

export interface LiveState {
  /** `connecting` until the first answer; then `live`, or `reconnecting` while the stream is down. */
  phase: 'connecting' | 'live' | 'reconnecting'
  /** Epoch ms of the last word from the controller. */
  asOf: number | undefined
  /** Epoch ms of the next try. */
  nextAt: number | undefined
}

/** What a stream is made of; an EventSource in browsers, a script in tests. */
export interface Stream {
  readonly close: () => void
}
export type OpenStream = (events: {
  readonly open: () => void
  readonly event: (type: FleetEvent['type'], data: string) => void
  readonly error: () => void
}) => Stream

/** ms; the last one repeats. */
const waits = [1_000, 2_000, 5_000, 10_000]
/** A stream that says nothing for so long is asked whether it lives; its heartbeats are not visible to a page. */
const quietMs = 45_000
const mostActivity = 200

export const keyOf = ({ namespace, name }: WorkshopKey) => `${namespace}/${name}`

export const openEventSource: OpenStream = ({ open, event, error }) => {
  const source = new EventSource('/api/events')
  source.addEventListener('open', open)
  source.addEventListener('error', error)
  for (const type of ['workshop', 'gone', 'activity'] as const) {
    source.addEventListener(type, ({ data }: MessageEvent<string>) => event(type, data))
  }
  return source
}

export function createLive(openStream: OpenStream, api: Pick<typeof fleet, 'workshops' | 'activity'> = fleet) {
  const workshops = shallowReactive(new Map<string, WorkshopView>())
  const activity = shallowReactive(new Map<string, readonly ActivityEntry[]>())
  const state = reactive<LiveState>({ phase: 'connecting', asOf: undefined, nextAt: undefined })
  const failure = shallowRef<Failure>()
  let stream: Stream | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let quiet: ReturnType<typeof setTimeout> | undefined
  let attempt = 0

  function heard() {
    state.asOf = Date.now()
    clearTimeout(quiet)
    quiet = setTimeout(checkQuiet, quietMs)
  }

  /** Asks once, plainly: it brings all there is, or an error that a person can read. Says whether it was answered. */
  async function ask(): Promise<boolean> {
    try {
      const list = await api.workshops()
      const keys = new Set(list.map(keyOf))
      for (const key of [...workshops.keys()]) if (!keys.has(key)) workshops.delete(key)
      for (const view of list) workshops.set(keyOf(view), view)
      failure.value = undefined
      state.asOf = Date.now()
      return true
    } catch (error) {
      failure.value = failureOf(error)
      return false
    }
  }

  /** A stream that says nothing may be quiet or dead. */
  async function checkQuiet() {
    const mine = stream
    const alive = await ask()
    if (mine !== stream || state.phase !== 'live') return
    if (alive) heard()
    else down()
  }

  function connect() {
    clearTimeout(timer)
    stream?.close()
    state.nextAt = undefined
    stream = openStream({
      open() {
        attempt = 0
        state.phase = 'live'
        heard()
        void ask()
      },
      event(type, data) {
        heard()
        state.phase = 'live'
        apply({ type, data: JSON.parse(data) } as FleetEvent)
      },
      error() {
        down()
        void ask()
      },
    })
  }

  function down() {
    stream?.close()
    clearTimeout(timer)
    clearTimeout(quiet)
    stream = undefined
    state.phase = state.asOf === undefined ? 'connecting' : 'reconnecting'
    const wait = waits[Math.min(attempt, waits.length - 1)] ?? 10_000
    attempt += 1
    state.nextAt = Date.now() + wait
    timer = setTimeout(connect, wait)
  }

  function apply(event: FleetEvent) {
    const key = keyOf(event.data)
    if (event.type === 'workshop') workshops.set(key, event.data)
    else if (event.type === 'gone') workshops.delete(key)
    else activity.set(key, [event.data, ...(activity.get(key) ?? [])].slice(0, mostActivity))
  }

  return {
    workshops,
    activity,
    state,
    failure,
    start: connect,
    stop() {
      clearTimeout(timer)
      clearTimeout(quiet)
      stream?.close()
      stream = undefined
    },
    /** Fetches what happened before this page was opened. */
    async loadActivity(key: WorkshopKey) {
      try {
        activity.set(keyOf(key), await api.activity(key))
      } catch (error) {
        failure.value = failureOf(error)
      }
    },
  }
}

export type Live = ReturnType<typeof createLive>

/** The one stream of this page. */
export const live = createLive(openEventSource)
