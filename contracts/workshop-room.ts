// Generated from crds/workshoproom.crd.yaml by npm run generate. Do not edit.
import type { WorkshopMetadata } from './workshop.ts'

/** The live state of the room of the Workshop of the same name. Facilitators write it while the event runs; nothing in it redeploys anything or is reverted by a GitOps tool. */
export interface WorkshopRoom {
  readonly apiVersion: 'vibeworkshop.dev/v1alpha1'
  readonly kind: 'WorkshopRoom'
  readonly metadata: WorkshopMetadata
  readonly spec: WorkshopRoomSpec
  readonly status?: WorkshopRoomStatus
}

/** What holds in the room now. An empty one takes back what was said. Defaults are filled in. */
export interface WorkshopRoomSpec {
  /** One message that everybody in the room sees within seconds, on the hub and beside their terminals. */
  readonly announcement?: {
    /** What to say; plain text. */
    readonly text: string
    /** A warning is read out at once by screen readers and cannot be dismissed. */
    readonly level: 'info' | 'warning'
  }
  /** When the room closes, with its offset from UTC. It is shown to everybody; from then on no session is opened, and those that run go on. A later time opens the room again at once. */
  readonly closesAt?: string
}

/** What is true, as last seen. Output only; nothing is decided from it. */
export interface WorkshopRoomStatus {
  /** Generation of the spec that this status speaks of. */
  readonly observedGeneration?: number
  /** Ready is True once hub and workers are told. */
  readonly conditions?: readonly ({
    /** Condition type. */
    readonly type: string
    /** True, False or Unknown. */
    readonly status: 'True' | 'False' | 'Unknown'
    /** Generation it speaks of. */
    readonly observedGeneration?: number
    /** Published, Publishing, NoWorkshop or Suspended. */
    readonly reason: string
    /** One sentence for people. */
    readonly message: string
    /** When status last changed. */
    readonly lastTransitionTime: string
  })[]
}
