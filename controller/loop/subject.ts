/** One Workshop as the loop sees it: what its source says, and what is remembered between two looks (only observations and patience). */
import type { Problem } from '@workshop/contracts/errors'
import type { Workshop } from '@workshop/contracts/workshop'
import type { Attempts } from '../core/attempts.ts'
import type { Identity } from '../core/names.ts'
import { Sight } from '../databricks/sight.ts'

/** What a source knows of one Workshop. */
export interface Wish {
  /** `namespace/name`. */
  readonly key: string
  /** The last good spec. */
  readonly workshop: Workshop
  /** Of the spec that was read last, when it is not the good one. */
  readonly problems: readonly Problem[]
  /** Addresses of `usersFrom`. */
  readonly people: readonly string[]
  /** Folder that relative paths of the spec start from. */
  readonly folder: string
  /** `dir:…`, for people. */
  readonly uri: string
  /** Hash or commit of what was read. */
  readonly revision: string
}

/** What every look needs. */
export interface Subject {
  readonly identity: Identity
  readonly wish: Wish
  readonly generation: number
  readonly suspended: boolean
  readonly memory: Memory
}

/** Losing this costs a few reads and an attempt, nothing else. */
export class Memory {
  readonly sight = new Sight()
  attempts: Attempts = new Map()
  /** Epoch ms since when a worker drains on our request. */
  readonly drains = new Map<string, number>()
  /** Apps that this process asked for and did not deploy yet: their list of deployments holds nothing of ours to read. */
  readonly undeployed = new Set<string>()
  /** Epoch ms when the change under way began; undefined while all is as wanted. */
  movingSince: number | undefined
}
