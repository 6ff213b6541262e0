/** Two letters for a person: of first and last name, or of what stands before the @. */
export function initials(name: string): string {
  const words = (name.split('@')[0] ?? '').split(/[\s._-]+/).filter(Boolean)
  const first = words[0] ?? '?'
  const last = words.length > 1 ? (words.at(-1) ?? '') : first.slice(1)
  return (first.slice(0, 1) + last.slice(0, 1)).toUpperCase()
}
