/** A status as it is applied to the API, and when two are the same. Pure. */
import type { WorkshopStatus } from '@workshop/contracts/workshop'

/** What the schema allows (crds/workshop.crd.yaml); a longer message would lose the whole status. */
const maxMessage = 1_024
const maxConditionMessage = 32_768

/** Whole status for a server-side apply: what is not in it any more goes away. */
export function statusBody(status: WorkshopStatus): WorkshopStatus {
  const { fleet, conditions, ...rest } = status
  return JSON.parse(
    JSON.stringify({
      ...rest,
      ...(fleet ? { fleet: fleet.map((line) => clipped(line, maxMessage)) } : {}),
      ...(conditions ? { conditions: conditions.map((each) => clipped(each, maxConditionMessage)) } : {}),
    }),
  )
}

/** The same text for the same content, whatever the order of fields. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  )
}

function clipped<T extends { readonly message?: string | undefined }>(line: T, most: number): T {
  const { message } = line
  return message !== undefined && message.length > most ? { ...line, message: `${message.slice(0, most - 1)}…` } : line
}
