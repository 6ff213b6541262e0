/**
 * The scripted model: a deterministic answer to a conversation. It knows a few wishes (run a command, create a file),
 * carries them out with the client's own tools, and otherwise answers in a sentence or two.
 */

import { isObject, type ModelRequest, type OfferedTool, type Reply } from './conversation.ts'
import { type Wish, wishesIn } from './wishes.ts'

/** The answer of the built-in script. Several wishes in one prompt are carried out one after another. */
export function scriptedReply(request: ModelRequest): Reply {
  const prompt = lastPrompt(request)
  const since = sinceLastPrompt(request)
  const done = since.filter((entry) => entry.kind === 'toolCall').length
  const wishes = wishesIn(prompt)
  const next = wishes[done]
  if (next !== undefined) {
    const tool = toolFor(next, request)
    if (tool !== undefined) return { text: done === 0 ? `${prefaceOf(next)}` : 'Next step.', tool }
    return { text: `I would ${describe(next)}, but this client offers me no tool for it.` }
  }
  const results = since.flatMap((entry) => (entry.kind === 'toolResult' ? [entry] : []))
  const last = results.at(-1)
  if (last !== undefined) return { text: closing(last.text, last.isError) }
  if (asksForTitle(request)) return { text: gist(prompt, 6) || 'New conversation' }
  return { text: smallTalk(prompt, request.model) }
}

/** What the person typed last, without what clients wrap around it. */
export function lastPrompt(request: ModelRequest): string {
  for (let at = request.entries.length - 1; at >= 0; at -= 1) {
    const entry = request.entries[at]
    const text = entry?.kind === 'user' ? withoutWrappings(entry.text) : ''
    if (text !== '') return text
  }
  return ''
}

/** Everything after the person's last words: tool calls and their results. */
export function sinceLastPrompt({ entries }: ModelRequest): ModelRequest['entries'] {
  const at = entries.findLastIndex((entry) => entry.kind === 'user' && withoutWrappings(entry.text) !== '')
  return entries.slice(at + 1)
}

/** Clients add reminders and facts about the machine to the person's words, in elements of their own. */
function withoutWrappings(text: string): string {
  return text
    .replaceAll(/<([a-z][\w-]*)(?: [^>]*)?>[\s\S]*?<\/\1>/gi, '')
    .replace(/^# AGENTS\.md instructions[\s\S]*/, '')
    .replace(/^This is the Gemini CLI[\s\S]*/, '')
    .trim()
}

function toolFor(wish: Wish, request: ModelRequest): Reply['tool'] {
  const write = wish.kind === 'write' ? find(request.tools, /^(write|write_file|create_file)$/i) : undefined
  if (wish.kind === 'write' && write !== undefined) {
    const path = absolute(wish.file, workingFolder(request))
    return {
      name: write.name,
      input: fill(write, { 'file_?path|path|filename': path, 'content|contents|text': wish.text }),
    }
  }
  const shell = find(request.tools, /^(bash|shell|shell_command|exec_command|run_shell_command|local_shell)$/i)
  if (shell === undefined) return undefined
  const command = wish.kind === 'run' ? wish.command : `printf '%s\\n' ${quoted(wish.text)} > ${quoted(wish.file)}`
  return { name: shell.name, input: fill(shell, { 'command|cmd': command, description: describe(wish) }) }
}

function find(tools: readonly OfferedTool[], name: RegExp): OfferedTool | undefined {
  return tools.find((tool) => name.test(tool.name))
}

/** Puts values into the fields that a tool has, whatever it calls them; a command may also be a list of words. */
function fill(tool: OfferedTool, values: Readonly<Record<string, string>>): Record<string, unknown> {
  const fields = isObject(tool.schema['properties']) ? tool.schema['properties'] : {}
  const input: Record<string, unknown> = {}
  for (const [pattern, value] of Object.entries(values)) {
    const name = Object.keys(fields).find((field) => new RegExp(`^(${pattern})$`, 'i').test(field))
    if (name === undefined) continue
    const field = fields[name]
    input[name] = isObject(field) && field['type'] === 'array' ? ['bash', '-lc', value] : value
  }
  return input
}

/** Clients say in which folder they are, each in its own words. */
function workingFolder(request: ModelRequest): string | undefined {
  const said = [request.system, ...request.entries.map((entry) => ('text' in entry ? entry.text : ''))].join('\n')
  return /(?:working (?:directory|in the directory)[^:\n]*:\s*|<cwd>)`?(\/[^\s<`]*)/i.exec(said)?.[1]
}

function absolute(file: string, folder: string | undefined): string {
  return file.startsWith('/') || folder === undefined ? file : `${folder.replace(/\/$/, '')}/${file}`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function describe(wish: Wish): string {
  return wish.kind === 'run' ? `run ${gist(wish.command, 8)}` : `create ${wish.file}`
}

function prefaceOf(wish: Wish): string {
  return wish.kind === 'run' ? `I'll run \`${wish.command}\`.` : `I'll create \`${wish.file}\`.`
}

function closing(output: string, isError: boolean): string {
  const lines = withoutWrappings(output)
    .split('\n')
    .filter((line) => line.trim() !== '')
  const shown = lines.slice(0, 8).map((line) => `    ${line.slice(0, 160)}`)
  const more = lines.length > shown.length ? `\n\n${lines.length - shown.length} more lines follow.` : ''
  if (isError) return `That did not work. The tool said:\n\n${shown.join('\n')}${more}`
  return lines.length === 0 ? 'Done; it printed nothing.' : `Done. The result:\n\n${shown.join('\n')}${more}`
}

function asksForTitle(request: ModelRequest): boolean {
  return request.tools.length === 0 && /\b(title|topic)\b/i.test(request.system)
}

function smallTalk(prompt: string, model: string): string {
  const asked = gist(prompt, 16)
  if (/^(hi|hello|hey|hallo|good (morning|day|evening))\b/i.test(prompt)) {
    return `Hello! I am ${model} as the emulator plays it. Ask me to run a command or to create a file, and I will use your tools.`
  }
  return (
    `You said: “${asked}”. I am ${model} as the emulator plays it, so my answers follow a script. ` +
    'Try “run `ls -la`” or “create a file notes.md with hello”.'
  )
}

function gist(text: string, words: number): string {
  const all = text.split(/\s+/).filter((word) => word !== '')
  return all.slice(0, words).join(' ').slice(0, 200) + (all.length > words ? ' …' : '')
}
