/**
 * Is an app that carries our marker really our work? Participants can read the marker on their own worker and copy it
 * onto an app of theirs; were that taken for a worker, it would get the model token and other people's sign-ins. Pure.
 */
import { personKey } from '@workshop/contracts/placement'
import type { WorkshopSpec } from '@workshop/contracts/workshop'
import type { ObservedApp } from './observed.ts'

/** Whose work counts as ours. */
export interface OwnWork {
  readonly marker: string
  /** Our own user name or application id. */
  readonly me: string
  /** Addresses in any case. */
  readonly participants: readonly string[]
  readonly policy: WorkshopSpec['adoptionPolicy']
}

/** Stands before the marker of a copy, so that nothing takes it for the marker. */
const copied = 'copied: '

/**
 * The app as it is to be looked at: a marked one that somebody made who must not make workers loses its marker. Made by
 * us is ours; so is what another operator made, which is how a fleet changes hands. Participants are no operators, and
 * a foreign service principal may be one of their apps. Force trusts everybody, as the spec then says.
 */
export function withoutCopiedMarker(app: ObservedApp, own: OwnWork): ObservedApp {
  if (app.description !== own.marker || mayMake(app.creator, own)) return app
  return { ...app, description: copied + app.description }
}

/** Does the app carry a marker that `withoutCopiedMarker` did not believe? */
export function isCopy({ description }: Pick<ObservedApp, 'description'>): boolean {
  return description.startsWith(copied)
}

function mayMake(creator: string, { me, participants, policy }: OwnWork): boolean {
  const maker = personKey(creator)
  if (policy === 'Force' || maker === '' || maker === personKey(me)) return true
  return maker.includes('@') && !participants.some((person) => personKey(person) === maker)
}
