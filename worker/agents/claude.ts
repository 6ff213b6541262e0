/** Claude Code: starts without a question, speaks only to the gateway, and picks its conversation up again. */
import { createHash } from 'node:crypto'
import { access, mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { seenProject } from '../isolation/bubblewrap.ts'
import type { Agent } from './agent.ts'
import { claudeEnvironment, claudeSettings, claudeState } from './claude-settings.ts'
import { sessionEnvironment } from './environment.ts'

const title = 'Claude Code'

/** `binary`: where findClaude saw it. `path`: PATH of the session, see tools.ts. */
export function claudeAgent({ binary, path }: { readonly binary: string | undefined; readonly path: string }): Agent {
  const message =
    'Claude Code is not installed: no @anthropic-ai/claude-code package for this platform beside the worker'
  return {
    id: 'claude',
    title,
    check: async () => ({ id: 'claude', title, available: binary !== undefined, message: binary ? '' : message }),
    prepare: async (context) => {
      await writeOnce(join(context.home, '.claude.json'), claudeState([seenProject, context.project]))
      await writeOnce(join(context.home, '.claude', 'settings.json'), claudeSettings)
    },
    launch: async (context) => {
      if (binary === undefined) throw new Error(message)
      const id = conversationId(context.sessionId)
      const isKnown = await hasTranscript(context.home, id)
      return {
        file: binary,
        args: [isKnown ? '--resume' : '--session-id', id],
        env: { ...sessionEnvironment(context, path), ...claudeEnvironment(context) },
        cwd: context.project,
      }
    },
  }
}

/** Claude wants a UUID; the same session always gets the same one, also after the worker was restarted. */
export function conversationId(sessionId: string): string {
  const hex = createHash('sha256').update(`claude:${sessionId}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}

/** --session-id of a conversation that exists fails, and so does --resume of one that does not. */
async function hasTranscript(home: string, id: string): Promise<boolean> {
  const projects = join(home, '.claude', 'projects')
  const folders = await readdir(projects).catch(() => [])
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(projects, folder, `${id}.jsonl`)).then(
        () => true,
        () => false,
      ),
    ),
  )
  return found.includes(true)
}

async function writeOnce(file: string, content: object): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`, { flag: 'wx', mode: 0o600 }).catch((error) => {
    if (error.code !== 'EEXIST') throw error
  })
}
