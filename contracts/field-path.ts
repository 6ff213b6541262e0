/** Paths of fields, as arrays for programs and as `spec.participants.users[3]` for people. Pure. */

export type FieldPath = readonly (string | number)[]

/** `['spec', 'participants', 'users', 3]` → `spec.participants.users[3]`. */
export function showPath(path: FieldPath): string {
  return path.map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? part : `.${part}`)).join('')
}

/** True when one path is the other or holds it. */
export function overlaps(a: FieldPath, b: FieldPath): boolean {
  const length = Math.min(a.length, b.length)
  return a.slice(0, length).every((part, at) => part === b[at])
}

/** True when `path` is `root` or lies inside it. */
export function isInside(path: FieldPath, root: FieldPath): boolean {
  return path.length >= root.length && overlaps(path, root)
}
