/**
 * JSON whose whole numbers survive. Databricks ids are int64; JavaScript rounds above 2^53, so such numbers arrive as
 * strings. Ids are read with `idText`, which takes both forms.
 */

/** 2^53 has sixteen digits: what has fewer is exact. */
const mayBeLarge = /\d{16}/
/** A string, which is stepped over whole, or a whole number of sixteen digits and more. */
const stringOrLarge = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g

/**
 * Parses JSON; integers outside ±2^53 become strings. Throws SyntaxError. A reviver that sees the source text could do
 * it as well, four times slower: most of what the controller does when nothing happens is reading listings.
 */
export function parseJson(text: string): unknown {
  return JSON.parse(mayBeLarge.test(text) ? text.replace(stringOrLarge, quoted) : text)
}

function quoted(found: string): string {
  return found.startsWith('"') || Number.isSafeInteger(Number(found)) ? found : `"${found}"`
}

/** An id as text, whether the platform wrote a number or a string; undefined when there is none. */
export function idText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined
}
