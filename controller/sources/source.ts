/** Where Workshops come from. A source answers keys when something changed, and the last good content when asked. */
import type { Problem } from '@workshop/contracts/errors'
import type { WatchedKind } from '../kubernetes/watch-state.ts'
import type { Wish } from '../loop/subject.ts'
import type { Registry } from './registry.ts'

/** Resolves once the change cannot be lost by a crash any more. */
export type OnChange = (keys: readonly string[]) => Promise<void> | void

export interface Source {
  /** For people: `dir:examples`. */
  readonly uri: string
  /** Reads for the first time, then watches; `onChange` gets the keys whose wish changed, came or went. */
  readonly start: (onChange: OnChange) => Promise<void>
  readonly stop: () => Promise<void>
  /** Undefined: this source has no such Workshop (any more). */
  readonly get: (key: string) => Wish | undefined
  readonly keys: () => readonly string[]
  /** Problems of files that never gave a Workshop, so that no view can show them. */
  readonly problems: () => readonly Problem[]
  /** Present where the source wants to hear back. */
  readonly registry?: Registry
  /** Whether it can be read now; a source without this always can. */
  readonly health?: () => { readonly ok: boolean; readonly message: string }
  /** What it is made of, where that is watched in parts. */
  readonly watches?: () => readonly WatchedKind[]
  /** Look now; for sources that are not told of changes. */
  readonly poll?: () => void
  /** Lets a Workshop go whose spec is gone and whose removal waits for a person. False when none waits. */
  readonly confirmRemoval?: (key: string) => boolean
  /** Epoch ms of the last time that it was read and taken as a whole; undefined while it fails. For metrics. */
  readonly lastSuccessAt?: () => number | undefined
}
