/** The controller as one thing with a lifetime: sources in, a queue of keys, a few workers, views out. */
import { joinLook } from '../core/requeue.ts'
import { BundleFolder } from '../databricks/bundle-folder.ts'
import { systemClock } from '../databricks/client/clock.ts'
import { interruptible } from '../databricks/client/interruptible.ts'
import { loopbackFetch } from '../databricks/client/loopback.ts'
import { Connection } from '../kubernetes/connection.ts'
import { guardedFetch } from '../leader/guarded-fetch.ts'
import { lead } from '../leader/lead.ts'
import type { Source } from '../sources/source.ts'
import { changeNews, newNotices } from './change-text.ts'
import type { Controller } from './controller.ts'
import { Feed } from './feed.ts'
import { checksOf } from './health.ts'
import { LoopMetrics, type TurnEnd } from './metrics.ts'
import { openElection } from './open-election.ts'
import { openSource } from './open-source.ts'
import type { ControllerOptions } from './options.ts'
import { ordersTo } from './orders.ts'
import { probeRounds } from './probing.ts'
import { WorkQueue } from './queue.ts'
import { queueMetrics } from './queue-metrics.ts'
import { WorkshopRecord } from './record.ts'
import { Records } from './records.ts'
import { StateDirectory } from './state.ts'
import type { Wish } from './subject.ts'
import { cutShort, noteTrouble } from './trouble.ts'
import { paceOf, steadyPatience, type Tuning } from './tuning.ts'
import { refresh, type TurnContext, takeTurn } from './turn.ts'
import { within } from './within.ts'
import { Workspaces } from './workspaces.ts'

/** Workshops that are looked at side by side: mostly they wait for the platform. */
const workers = 100
/** Of one workspace: more share its bucket more evenly, so that a small fleet need not wait for four large ones. */
const perWorkspace = 8
/** How long actions under way may take at the end. */
const drainMs = 30_000
/** After a status that could not be written, ms. */
const reportAgainMs = 5_000
const startProblem = 'the source was not read yet'

/** Nothing starts before `start`. Throws WO-9001 for a source of an unknown kind. */
export function createController(options: ControllerOptions, tuning: Tuning = {}): Controller {
  const clock = tuning.clock ?? systemClock
  const random = tuning.random ?? Math.random
  const pace = paceOf(tuning, options.intervalMs ?? 30_000)
  const metrics = new LoopMetrics(workers)
  const connection = new Connection({
    kubeconfig: options.cluster?.kubeconfig,
    env: options.env,
    clock,
    random,
    onCall: (call) => metrics.clusterCall(call),
    mayWrite: () => election?.isHeld() ?? true,
    timeoutMs: tuning.clusterTimeoutMs,
  })
  const election = openElection({ options, tuning, connection })
  if (election) metrics.leads(false)
  const sources = options.sources.map((text) => openSource(text, { options, tuning, connection }))
  const state = new StateDirectory(options.stateDir)
  const records = new Records()
  const queue: WorkQueue = new WorkQueue({
    clock,
    random,
    laneOf: (key) => laneOf(key),
    perLane: perWorkspace,
    watch: queueMetrics(metrics.registry, () => queue),
  })
  const feed = new Feed((record) => viewOf(record))
  const stopping = new AbortController()
  /** At the end of patience with what is under way at a stop. */
  const cutting = new AbortController()
  const running: Promise<void>[] = []
  let isStarted = false
  let leading: Promise<void> = Promise.resolve()
  const workspaces = new Workspaces({
    ...options,
    tuning: {
      ...tuning,
      clock,
      random,
      ...(election ? { fetch: guardedFetch(tuning.fetch ?? loopbackFetch, election) } : {}),
      onAttempt: (attempt) => metrics.attempt(attempt),
    },
  })
  const viewOf = (record: WorkshopRecord) => record.view(queue.dueAt(record.key))
  const laneOf = (key: string) => {
    const wish = records.get(key)?.wish
    return wish ? workspaces.laneOf(wish) : ''
  }
  const context: TurnContext = {
    workspaceOf: (wish) => workspaces.of(wish),
    workers: new BundleFolder(options.workerBundle),
    env: options.env,
    pace,
    patience: tuning.patience ?? steadyPatience,
    random,
    signal: stopping.signal,
    changed: (record) => feed.changed(record),
    drifted: ({ kind, field }) => metrics.drift(kind, field),
  }

  const meet = async (wish: Wish, source?: Source) => {
    const record = new WorkshopRecord(options.controllerId, wish, await state.read(wish.key), source?.registry)
    // Without a source the teardown of an earlier run goes on.
    record.leaving = source === undefined || wish.object?.isLeaving === true
    for (const each of newNotices(wish)) record.say({ at: clock.now(), who: wish.uri, ...each })
    records.add(record)
    queue.add(wish.key, 'later')
  }
  let changing: Promise<void> = Promise.resolve()
  /** One change after the other: meeting a Workshop takes a moment, and it must not be met twice. */
  const inOrder = (work: () => Promise<void>) => {
    changing = changing.then(work).catch((error: unknown) => options.log('error', String(error)))
    return changing
  }
  const onChange = async (source: Source, keys: readonly string[]) => {
    for (const key of keys) {
      const wish = source.get(key)
      const record = records.get(key)
      const waitMs = wish && record ? record.askedTooSoon(wish, clock.now()) : 0
      if (wish && !record) await meet(wish, source)
      if (wish && record) {
        const news = changeNews(record, wish)
        record.renew(wish)
        for (const each of news) record.say({ at: clock.now(), who: wish.uri, ...each })
        feed.changed(record)
      }
      // Its object went without our letting go, or after it.
      if (!wish && record?.registry) await drop(record, true)
      if (!wish && record && !record.registry) {
        record.leaving = true
        record.say({ at: clock.now(), who: source.uri, level: 'warning', text: 'spec removed: taking it down' })
        await state.write(key, record.kept())
      }
      if (waitMs > 0) queue.addAfter(key, waitMs, 'soon')
      else queue.add(key)
    }
  }

  const work = async () => {
    for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
      const record = records.get(key)
      if (record) await turn(record)
      queue.done(key)
    }
  }
  const sayLeft = ({ key, status }: WorkshopRecord) => {
    const left = status?.inventory?.map(({ kind, name }) => `${kind}/${name}`) ?? []
    if (left.length > 0) options.log('warn', 'the Workshop is gone; what it made stays', { workshop: key, left })
  }
  /** `mayLeave`: what it made may still be on the platform, where it stays; that is said once. */
  const drop = async (record: WorkshopRecord, mayLeave: boolean) => {
    if (mayLeave && !record.isDropped) sayLeft(record)
    record.drop()
    await forget(record)
  }
  const turn = async (record: WorkshopRecord) => {
    const startedAt = clock.now()
    const { object } = record.wish
    const ended = (end: TurnEnd) => metrics.turnEnded(end, clock.now() - startedAt)
    metrics.turnBegan()
    try {
      const next = await interruptible({ stop: stopping.signal, cut: cutting.signal }, () => takeTurn(record, context))
      queue.forget(record.key)
      ended(next === 'gone' || record.isSettled ? 'success' : 'requeue_after')
      if (next === 'gone') return await inOrder(() => farewell(record, object?.uid))
      if (record.isDropped) return
      queue.addAfter(record.key, joinLook(next, neighboursOf(record), clock.now()))
    } catch (error) {
      // Cut short is not failed.
      const isCut = record.isDropped || stopping.signal.aborted
      const { retryAt, end } = isCut ? cutShort : noteTrouble(record, error, clock.now())
      ended(end)
      if (record.isDropped) return
      if (!isCut) {
        const waitMs = queue.addRateLimited(record.key)
        if (retryAt !== undefined) queue.addAfter(record.key, Math.max(0, retryAt - clock.now()))
        options.log('warn', record.activity[0]?.text ?? '', { workshop: record.key, waitMs: Math.round(waitMs) })
      }
      feed.changed(record)
    }
    metrics.fleet(record)
    await report(record)
    await state.write(record.key, record.kept())
  }
  const report = async ({ registry, key, status }: WorkshopRecord) => {
    if (!registry || !status) return
    if ((await registry.report(key, status)) === 'again') queue.addAfter(key, reportAgainMs)
  }
  /** Forgets it; when its name was taken again meanwhile, which it may have been told already, the new one is met. `uid` is who went. */
  const farewell = async (record: WorkshopRecord, uid: string | undefined) => {
    await drop(record, record.leavesFleet)
    for (const source of sources) {
      const wish = source.get(record.key)
      const isNew = wish?.object && wish.object.uid !== uid
      if (wish && isNew && !records.has(record.key)) await meet(wish, source)
    }
  }
  /** When the other Workshops of its workspace look next, epoch ms. */
  const neighboursOf = (record: WorkshopRecord) =>
    records.neighboursOf(record).flatMap(({ key }) => queue.dueAt(key) ?? [])
  const forget = async (record: WorkshopRecord) => {
    if (!records.remove(record)) return
    queue.drop(record.key)
    metrics.gone(record)
    await state.remove(record.key)
    feed.gone(record)
  }
  const ask = async (record: WorkshopRecord) => {
    await refresh(record, context)
    await report(record)
  }
  const probes = () => probeRounds({ clock, everyMs: pace.probeMs, all: () => records.all(), ask }, stopping.signal)

  const meetAll = async (source: Source) => {
    for (const wish of source.keys().flatMap((key) => source.get(key) ?? []))
      if (!records.has(wish.key)) await meet(wish, source)
  }
  const meetLeaving = async () => {
    // A teardown that a restart cut short goes on; a spec that merely is not there any more does not start one.
    for (const wish of await state.leaving()) if (!records.has(wish.key)) await meet(wish)
  }
  const begin = () => void running.push(...Array.from({ length: workers }, work), probes())
  const gained = async () => {
    // What was known while another one led is old.
    await inOrder(async () => {
      records.clear()
      for (const source of sources) await meetAll(source)
      await meetLeaving()
    })
    metrics.leads(true)
    begin()
  }
  const lost = (why: string) => {
    metrics.leads(false)
    stopping.abort()
    queue.close()
    options.cluster?.onLost?.(why)
  }

  return {
    start: async () => {
      for (const source of sources) {
        // A change right after the first reading waits until the Workshops of that reading are known.
        let isMet = () => {}
        const met = new Promise<void>((resolve) => {
          isMet = resolve
        })
        await source.start((keys) => met.then(() => inOrder(() => onChange(source, keys))))
        for (const problem of source.problems())
          options.log('error', problem.message, { code: problem.code, where: problem.where })
        await inOrder(() => meetAll(source))
        isMet()
      }
      await inOrder(meetLeaving)
      isStarted = true
      if (election) leading = lead(election, { signal: stopping.signal, gained, lost })
      else begin()
    },
    stop: async () => {
      stopping.abort()
      queue.close()
      const late = () => cutting.abort(new Error('cut short: the controller stops'))
      await within({ clock, ms: drainMs, work: Promise.all(running), late })
      await leading
      await Promise.all(sources.map((source) => source.stop()))
      await election?.release()
      await connection.close()
    },
    views: () => records.all().map(viewOf),
    view: (key) => {
      const record = records.get(key)
      return record && viewOf(record)
    },
    activity: (key) => records.get(key)?.activity ?? [],
    ...ordersTo({ records, sources, queue, feed, clock }),
    subscribe: (listener) => feed.subscribe(listener),
    health: () => {
      if (!isStarted) return [{ name: 'source', ok: false, message: startProblem }]
      return sources.flatMap(checksOf)
    },
    metrics: () => {
      for (const source of sources) metrics.source(source)
      metrics.throttled(workspaces.quietMs)
      return metrics.text()
    },
  }
}
