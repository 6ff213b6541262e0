/**
 * JSON whose whole numbers survive. Databricks ids are int64; JavaScript rounds above 2^53, so such numbers arrive as
 * strings. Ids are read with `idText`, which takes both forms.
 */

type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown

const keepBigIntegers: Reviver = (_key, value, context) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && context?.source && /^-?\d+$/.test(context.source)
    ? context.source
    : value

/** Parses JSON; integers outside ±2^53 become strings. Throws SyntaxError. */
export function parseJson(text: string): unknown {
  // The third argument of a reviver (the number's source text) is in Node 22 and later but not yet in the es2023 types.
  return JSON.parse(text, keepBigIntegers as (key: string, value: unknown) => unknown)
}

/** An id as text, whether the platform wrote a number or a string; undefined when there is none. */
export function idText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined
}
