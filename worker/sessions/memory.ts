/** How much memory this container uses and may use: the cgroup's working set where there is one, else the machine's. */
import { readFileSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'
import { join } from 'node:path'

/** Bytes. */
export interface Memory {
  readonly used: number
  readonly limit: number
}

/** Files of a cgroup, version 2 or 1, by name; undefined when absent. */
type ReadGroupFile = (name: string) => string | undefined

/** Now. `machine` is what counts without a cgroup or without a limit in it. */
export function readMemory(): Memory {
  const machine = { used: totalmem() - freemem(), limit: totalmem() }
  return groupMemory((name) => read(join('/sys/fs/cgroup', name)), machine.limit) ?? machine
}

/**
 * Working set: what is in use less the file cache that the kernel can drop at once, as Kubernetes counts it.
 * Undefined when no memory controller is to be seen.
 */
export function groupMemory(file: ReadGroupFile, machineLimit: number): Memory | undefined {
  const used = number(file('memory.current')) ?? number(file('memory/memory.usage_in_bytes'))
  if (used === undefined) return undefined
  const limit = number(file('memory.max')) ?? number(file('memory/memory.limit_in_bytes')) ?? machineLimit
  const stat = file('memory.stat') ?? file('memory/memory.stat') ?? ''
  const idle = number(/^(?:total_)?inactive_file (\d+)$/m.exec(stat)?.[1]) ?? 0
  return { used: Math.max(0, used - idle), limit: Math.min(limit, machineLimit) }
}

/** `max` and version 1's huge number mean no limit; the latter is cut by the machine's. */
function number(text: string | undefined): number | undefined {
  const value = text === undefined ? Number.NaN : Number.parseInt(text, 10)
  return Number.isNaN(value) ? undefined : value
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}
