/**
 * JSON with whole int64 numbers. The platform writes ids above 2^53 as bare numbers; `JSON.parse` would round them and
 * `JSON.stringify` cannot write a bigint, so ids are bigint in memory and digits on the wire.
 */

type ReviveWithSource = (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown

/** JSON.rawJSON is in Node 22 and later, but not yet in the library types. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }

/** Text of any plain value; bigint becomes a number with all its digits, undefined fields vanish. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) =>
    typeof field === 'bigint' ? rawJSON(field.toString()) : field,
  )
}

const revive: ReviveWithSource = (_key, value, context) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
    ? BigInt(context?.source ?? '0')
    : value

/** Parses; integers that a double cannot hold become bigint. Throws SyntaxError. */
export function readJson(text: string): unknown {
  return JSON.parse(text, revive as (this: unknown, key: string, value: unknown) => unknown)
}
