/** A page of the docs as the tests read it: its shell blocks as commands of a few kinds, and its links. Pure. */

export interface ShellBlock {
  /** Line of the page on which the block begins. */
  readonly line: number
  readonly text: string
}

/** How one command of a page is tried out. */
export type Kind =
  /** Runs to its end and must exit 0. */
  | 'run'
  /** `npm start …`: runs until stopped. */
  | 'start'
  /** `npm run workshop -- controller …` or `… emulator …`: runs while the rest of the page does. */
  | 'controller'
  | 'emulator'
  /** The vendor's command line, which is not here: checked against databricks.yml. */
  | 'databricks'
  /** kubectl, helm: against a real API server (test/cluster/guide.test.ts). */
  | 'cluster'
  /** Needs a container engine: checked against the Dockerfile. */
  | 'docker'
  /** npm ci, npm test, npm run bundle: the test run has done it already. */
  | 'done'

/** Blocks fenced as `sh`. Blocks in other languages (output, YAML, what is typed elsewhere) are not commands of the page. */
export function shellBlocks(page: string): readonly ShellBlock[] {
  return [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => ({
    line: page.slice(0, match.index).split('\n').length,
    text: match[1] ?? '',
  }))
}

/** The commands of a block: lines and `&&` parts. */
export function commandsOf(block: ShellBlock): readonly string[] {
  return block.text
    .replaceAll('\\\n', ' ')
    .split(/\n|&&/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

export function kindOf(command: string): Kind {
  if (/^npm (ci|test|run bundle)$/.test(command)) return 'done'
  if (/^npm start\b/.test(command)) return 'start'
  if (/^npm run workshop -- controller\b/.test(command)) return 'controller'
  if (/^npm run workshop -- emulator\b/.test(command)) return 'emulator'
  if (/^databricks\b/.test(command)) return 'databricks'
  if (/^docker\b/.test(command)) return 'docker'
  if (/^(kubectl|helm)\b/.test(command)) return 'cluster'
  return 'run'
}

/** Targets of links and pictures that are files of the repository, with their anchor if any. */
export function fileLinks(page: string): readonly { readonly path: string; readonly anchor: string }[] {
  const text = page.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => ({ path: target.split('#')[0] ?? '', anchor: target.split('#')[1] ?? '' }))
}

/** Anchors of a page: its headings as GitHub names them, and explicit ones. */
export function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
  return new Set([...headings, ...[...page.matchAll(/<a id="([^"]+)">/g)].map((match) => match[1] ?? '')])
}
