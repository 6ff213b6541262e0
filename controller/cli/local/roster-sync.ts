/**
 * The emulated workspace knows the people of the spec, as a real one would: the embedded run adds whoever appears in
 * the spec or its rosters before the controller grants them anything.
 */
import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { readInput } from '../read-input.ts'

/** Shorter than the time between two reads of the controller's source, so that people are there when it looks. */
const pollMs = 200

export interface RosterSync {
  /** Adds everybody that is named now. */
  readonly once: () => Promise<void>
  /** Adds whoever comes later, until the signal aborts. */
  readonly watch: (signal: AbortSignal) => void
}

export function rosterSync(specFile: string, emulatorUrl: string): RosterSync {
  const known = new Set<string>()
  let files: readonly string[] = [specFile]

  const once = async () => {
    const { workshop, people } = await readInput(specFile)
    const rosters = workshop?.spec.participants.usersFrom ?? []
    files = [specFile, ...rosters.flatMap(({ file }) => (file === undefined ? [] : resolve(dirname(specFile), file)))]
    const everybody = [...people, ...(workshop?.spec.participants.facilitators ?? [])]
    const fresh = everybody.filter((email) => !known.has(email.toLowerCase()))
    if (fresh.length > 0) await addUsers(emulatorUrl, fresh)
    for (const email of fresh) known.add(email.toLowerCase())
  }

  const watch = (signal: AbortSignal) => {
    let seen = ''
    const look = async () => {
      const now = await fingerprint(files)
      // A file that is half written or wrong for a moment changes again; the controller reports what stays wrong.
      if (now !== seen) await once().catch(() => {})
      seen = now
      if (!signal.aborted) setTimeout(look, pollMs).unref()
    }
    void look()
  }
  return { once, watch }
}

/** Changes when one of the files does. */
async function fingerprint(files: readonly string[]): Promise<string> {
  const times = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ mtimeMs, size }) => `${mtimeMs} ${size}`,
        () => '',
      ),
    ),
  )
  return times.join('\n')
}

async function addUsers(emulatorUrl: string, emails: readonly string[]): Promise<void> {
  const users = emails.map((email) => ({ email, displayName: displayName(email) }))
  const response = await fetch(`${emulatorUrl}/__emulator/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ users }),
  })
  if (!response.ok) throw new Error(`the emulator refused new users: ${response.status} ${await response.text()}`)
}

/** `grace.hopper@example.com` → `Grace Hopper`. */
export function displayName(email: string): string {
  const [local = ''] = email.split('@')
  const words = local.split(/[._-]+/).filter(Boolean)
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ') || email
}
