/** Reads from a prompt what the scripted model is asked to do. */

/** Something that needs a tool of the client. */
export type Wish =
  | { readonly kind: 'run'; readonly command: string }
  | { readonly kind: 'write'; readonly file: string; readonly text: string }

const quoted = /`([^`]+)`|"([^"]+)"|“([^”]+)”/
const run = new RegExp(String.raw`\b(?:run|execute)\s+(?:the\s+command\s+)?(?:${quoted.source})`, 'gi')
const bareRun = /^(?:please\s+)?(?:run|execute):?\s+(?![`"“])(\S[^\n]*?)[.!]?\s*$/i
const write =
  /\b(?:create|write|make)\s+(?:a\s+|the\s+)?(?:new\s+)?file\s+(?:called\s+|named\s+)?[`"“]?([\w./~-]*\w)[`"”]?\s+(?:with|containing|that\s+says)\s+(?:the\s+(?:text|content|line)\s+)?(?:`([^`]*)`|"([^"]*)"|“([^”]*)”|([^\n]+?))(?=\s*$|[,;]?\s+(?:and|then)\s|\n)/gi

/** All wishes in the order in which they are named. */
export function wishesIn(prompt: string): Wish[] {
  const bare = bareRun.exec(prompt.trim())
  if (bare?.[1] !== undefined) return [{ kind: 'run', command: bare[1] }]
  const found: { readonly at: number; readonly wish: Wish }[] = []
  for (const match of prompt.matchAll(run)) {
    found.push({ at: match.index, wish: { kind: 'run', command: match[1] ?? match[2] ?? match[3] ?? '' } })
  }
  for (const match of prompt.matchAll(write)) {
    const text = match[2] ?? match[3] ?? match[4] ?? match[5] ?? ''
    found.push({ at: match.index, wish: { kind: 'write', file: match[1] ?? '', text } })
  }
  return found.sort((a, b) => a.at - b.at).map(({ wish }) => wish)
}
