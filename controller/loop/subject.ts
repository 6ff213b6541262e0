/** One Workshop as the loop sees it: what its source says, and what is remembered between two looks (only observations and patience). */
import type { Problem } from '@workshop/contracts/errors'
import type { SourceView } from '@workshop/contracts/fleet-api'
import type { Workshop, WorkshopStatus } from '@workshop/contracts/workshop'
import type { WorkshopRoomSpec } from '@workshop/contracts/workshop-room'
import type { Attempts } from '../core/attempts.ts'
import type { Identity } from '../core/names.ts'
import type { WorkspaceLogin } from '../databricks/client/credentials.ts'
import { Sight } from '../databricks/sight.ts'

/** What a source knows of one Workshop. */
export interface Wish {
  /** `namespace/name`. */
  readonly key: string
  /** The last good spec. */
  readonly workshop: Workshop
  /** Of the spec that was read last, when it is not the good one. */
  readonly problems: readonly Problem[]
  /** Warnings about what was read, which stop nothing. */
  readonly notices?: readonly Problem[]
  /** Addresses of `usersFrom`. */
  readonly people: readonly string[]
  /** Folder that relative paths of the spec start from. */
  readonly folder: string
  /** `dir:…`, for people. */
  readonly uri: string
  /** Hash of what was read: another one is another generation. */
  readonly revision: string
  /** False: there never was a good spec, `workshop` is what was read, and nothing is wanted of the platform. */
  readonly isUsable?: boolean
  /** What the source found for a workspace that the spec points to; the controller's own login without it. */
  readonly login?: WorkspaceLogin
  /** Why no workspace may be used at all. */
  readonly refusal?: Problem
  /** Value of a token that the source found. */
  readonly givenToken?: string
  /** Nothing that the spec names is read outside this folder. */
  readonly root?: string
  /** How it stands with the source, where that can be other than well. */
  readonly origin?: Omit<SourceView, 'uri'>
  /** What the room of a source that has rooms says. */
  readonly room?: WorkshopRoomSpec
  /** Present where Workshops are objects of an API with a life of their own. */
  readonly object?: WishObject
}

/** What only an API object has. */
export interface WishObject {
  /** Another one: the same name was made anew. */
  readonly uid: string
  /** Counted by the API: grows with every change of the spec. */
  readonly generation: number
  /** Asked to go; it stays until we let go of it. */
  readonly isLeaving: boolean
  /** Since when, epoch ms. */
  readonly leavingSince?: number
  /** Asked to go without its fleet. */
  readonly isOrphaned: boolean
  /** Value of the annotation that asks for a look. */
  readonly requestedAt: string | undefined
  /** As it was read. */
  readonly status: WorkshopStatus | undefined
}

/** What every look needs. */
export interface Subject {
  readonly identity: Identity
  readonly wish: Wish
  readonly generation: number
  readonly suspended: boolean
  /** What is to be said in the room. */
  readonly room: WorkshopRoomSpec | undefined
  /** What the source says may be old: nothing is deleted. */
  readonly isBlind: boolean
  /** Cuts short even an action under way: what it was done for is no more. */
  readonly interrupted: AbortSignal
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
