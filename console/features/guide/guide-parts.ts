/**
 * The guide's Markdown as a list of parts: HTML that was made here from Markdown alone (raw HTML is off, links are
 * checked), and cards for fenced blocks marked `prompt` or `shell`, which the page can send to a session. Pure.
 */
import MarkdownIt from 'markdown-it'

export type CardKind = 'prompt' | 'shell'

export type GuidePart =
  | { readonly kind: 'html'; readonly html: string }
  | { readonly kind: CardKind; readonly text: string; readonly id: string }

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false })

type Token = ReturnType<typeof markdown.parse>[number]

// Links leave the bench in a tab of their own; the terminals stay.
markdown.core.ruler.push('outside-links', (state) => {
  for (const block of state.tokens) {
    for (const token of block.children ?? []) {
      if (token.type !== 'link_open') continue
      token.attrSet('target', '_blank')
      token.attrSet('rel', 'noopener noreferrer')
    }
  }
})

/**
 * Splits Markdown at its cards. `scope` (the challenge's id) makes card ids unique and stable: the same text at the
 * same place keeps its id over reloads.
 */
export function guideParts(text: string, scope: string): readonly GuidePart[] {
  const parts: GuidePart[] = []
  let run: Token[] = []
  const flush = () => {
    if (run.length > 0) parts.push({ kind: 'html', html: markdown.renderer.render(run, markdown.options, {}) })
    run = []
  }
  let cards = 0
  let depth = 0
  for (const token of markdown.parse(text, {})) {
    const kind = token.type === 'fence' && depth === 0 ? cardKind(token.info) : undefined
    if (!kind) {
      depth += token.nesting
      run.push(token)
      continue
    }
    flush()
    cards += 1
    parts.push({ kind, text: token.content.replace(/\n+$/, ''), id: `${scope}/${cards}` })
  }
  flush()
  return parts
}

/** Whether the text brings its own first heading, so that the page does not add one. */
export function hasHeading(text: string): boolean {
  const first = markdown.parse(text, {})[0]
  return first?.type === 'heading_open' && first.tag === 'h1'
}

function cardKind(info: string): CardKind | undefined {
  const word = info.trim().split(/\s+/)[0]
  return word === 'prompt' || word === 'shell' ? word : undefined
}
