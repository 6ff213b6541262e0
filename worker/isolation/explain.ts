/** Puts bubblewrap's complaints into words that tell an operator what to change. */

/** Measured messages; the first that fits wins. */
const known: readonly (readonly [RegExp, string])[] = [
  [
    /No permissions to create (a )?new namespace|Operation not permitted.*unshare/i,
    'user namespaces are blocked here, as container seccomp profiles and some kernels do',
  ],
  [
    /ENOSPC|max_\*_namespaces|No space left on device/i,
    'the limit of user namespaces is zero (user.max_user_namespaces)',
  ],
  [
    /setting up uid map|uid_map.*(Permission denied|EACCES)|Failed to make \/ slave/i,
    'the system restricts unprivileged user namespaces, as Ubuntu 24.04 does through AppArmor',
  ],
  [/Resource temporarily unavailable/i, 'a process limit of the worker is used up'],
  [/mount proc/i, 'the container masks /proc, and reading it from outside did not work either'],
]

/** One sentence on why bubblewrap did not start, from what it printed. */
export function explainFailure(stderr: string): string {
  const text = stderr.replace(/\s+/g, ' ').trim()
  const match = known.find(([pattern]) => pattern.test(text))
  const detail = text.slice(0, 200)
  if (match) return `bubblewrap does not start: ${match[1]} (${detail})`
  return detail === '' ? 'bubblewrap does not start and does not say why' : `bubblewrap does not start: ${detail}`
}
