/** A work queue's metrics, named and bucketed as client-go does it: dashboards and alerts of others fit. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { QueueWatch, WorkQueue } from './queue.ts'

const labels = { name: 'workshop', controller: 'workshop' } as const
const labelNames = ['name', 'controller']
/** client-go's: from 10 ns, ten times each. */
const buckets = Array.from({ length: 12 }, (_, index) => 1e-8 * 10 ** index)
/** The numbers that controller-runtime gives to what we call soon and later. */
const priorities = { soon: '0', later: '-100' } as const

/** `queue` is asked at every scrape; it may come into being after this. */
export function queueMetrics(registry: Registry, queue: () => Pick<WorkQueue, 'depth' | 'workingForMs'>): QueueWatch {
  const registers = [registry]
  new Gauge({
    name: 'workqueue_depth',
    help: 'Keys that are ready and wait for a place',
    labelNames: [...labelNames, 'priority'],
    registers,
    collect() {
      for (const urgency of ['soon', 'later'] as const)
        this.set({ ...labels, priority: priorities[urgency] }, queue().depth(urgency))
    },
  })
  new Gauge({
    name: 'workqueue_unfinished_work_seconds',
    help: 'How long all keys that are worked on have been, added up',
    labelNames,
    registers,
    collect() {
      this.set(
        labels,
        queue()
          .workingForMs()
          .reduce((sum, ms) => sum + ms, 0) / 1_000,
      )
    },
  })
  new Gauge({
    name: 'workqueue_longest_running_processor_seconds',
    help: 'How long the key has been worked on that has been longest',
    labelNames,
    registers,
    collect() {
      this.set(labels, Math.max(0, ...queue().workingForMs()) / 1_000)
    },
  })
  const adds = new Counter({ name: 'workqueue_adds_total', help: 'Keys that became ready', labelNames, registers })
  const retries = new Counter({
    name: 'workqueue_retries_total',
    help: 'Keys put back after a failure',
    labelNames,
    registers,
  })
  const queued = new Histogram({
    name: 'workqueue_queue_duration_seconds',
    help: 'How long a key was ready before it got a place',
    labelNames,
    buckets,
    registers,
  })
  const worked = new Histogram({
    name: 'workqueue_work_duration_seconds',
    help: 'How long a key was worked on',
    labelNames,
    buckets,
    registers,
  })
  for (const counter of [adds, retries]) counter.inc(labels, 0)
  for (const histogram of [queued, worked]) histogram.zero(labels)
  return {
    added: () => adds.inc(labels),
    retried: () => retries.inc(labels),
    started: (ms) => queued.observe(labels, ms / 1_000),
    ended: (ms) => worked.observe(labels, ms / 1_000),
  }
}
