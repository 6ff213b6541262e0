/** The three process metrics that every dashboard has; nothing runs between two scrapes. */
import { Counter, Gauge, type Registry } from 'prom-client'

export function processMetrics(registry: Registry): void {
  const registers = [registry]
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time of this process, user and system',
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / 1e6)
    },
  })
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory of this process that is in RAM',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'Unix time at which this process began',
    registers,
  }).set(Math.round(Date.now() / 1_000 - process.uptime()))
}
