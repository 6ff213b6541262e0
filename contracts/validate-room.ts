/** What somebody wants said in a room, checked against the schema and rules of WorkshopRoom. Pure. */
import { checkCelRules } from './cel-rules.ts'
import type { Problem } from './errors.ts'
import { checkSchema, workshopRoomSchema } from './schema-check.ts'
import type { WorkshopRoom, WorkshopRoomSpec } from './workshop-room.ts'

export interface ValidatedRoom {
  /** Present exactly when there are no problems. Its closing time is in UTC. */
  readonly spec?: WorkshopRoomSpec
  readonly problems: readonly Problem[]
}

/** Checks the `spec` of a room for the Workshop `name`. Nothing is changed in `spec`. */
export function validateRoomSpec(name: string, spec: unknown): ValidatedRoom {
  const apiVersion = 'vibeworkshop.dev/v1alpha1'
  const room = structuredClone({
    apiVersion,
    kind: 'WorkshopRoom',
    metadata: { name },
    spec,
  }) as unknown as WorkshopRoom
  const schema = checkSchema(room, workshopRoomSchema)
  const faults = [
    ...schema,
    ...checkCelRules(
      workshopRoomSchema,
      room,
      schema.map(({ path }) => path),
    ),
  ]
  if (faults.length > 0) return { problems: faults.map(({ problem }) => problem) }
  const { announcement, closesAt } = room.spec
  const at = closesAt === undefined ? {} : { closesAt: new Date(closesAt).toISOString() }
  return { spec: { ...(announcement ? { announcement } : {}), ...at }, problems: [] }
}

/** Says nothing and sets no time: the same as no room. */
export function isSilent(spec: WorkshopRoomSpec | undefined): boolean {
  return spec?.announcement === undefined && spec?.closesAt === undefined
}

/** Do two rooms say the same? */
export function sameRoom(a: WorkshopRoomSpec | undefined, b: WorkshopRoomSpec | undefined): boolean {
  return (
    a?.announcement?.text === b?.announcement?.text &&
    a?.announcement?.level === b?.announcement?.level &&
    a?.closesAt === b?.closesAt
  )
}
