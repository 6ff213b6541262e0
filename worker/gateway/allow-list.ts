/** Decides whether a session may call a path. */
import { type AllowedPath, allowedPaths } from './allowed-paths.ts'

/** The row that allows it, or undefined. `path` is percent-encoded and free of dot segments, as parseTarget gives it. */
export function allowedBy(
  method: string,
  path: string,
  rows: readonly AllowedPath[] = allowedPaths,
): AllowedPath | undefined {
  const parts = path.split('/')
  return rows.find((row) => row.methods.includes(method) && matches(row.path.split('/'), parts))
}

/** Is it open to whoever asks? */
export function needsNoKey(method: string, path: string): boolean {
  return allowedBy(method, path)?.keyless === true
}

function matches(pattern: readonly string[], parts: readonly string[]): boolean {
  const rest = pattern.at(-1) === ':path'
  if (rest ? parts.length < pattern.length : parts.length !== pattern.length) return false
  return pattern.every((wanted, index) => {
    const part = parts[index] ?? ''
    if (wanted === ':path') return part !== ''
    if (wanted === ':name') return part !== '' && !/%2f/i.test(part)
    if (wanted === '2.x') return /^2\.\d$/.test(part)
    return part === wanted
  })
}
