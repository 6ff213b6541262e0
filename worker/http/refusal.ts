/** How a problem is told over HTTP: a status for its code, JSON for programs, a small page for people. */
import { type ErrorCode, errorBody, type Problem, WorkshopError } from '@workshop/contracts/errors'

/** A refusal with an address where the person should go instead. */
export class Refusal extends WorkshopError {
  readonly link: string | undefined

  constructor(problem: Problem, link?: string) {
    super(problem)
    this.name = 'Refusal'
    this.link = link
  }
}

const statuses: Partial<Record<ErrorCode, number>> = {
  'WO-4001': 403,
  'WO-4002': 409,
  'WO-4003': 409,
  'WO-4004': 503,
  'WO-4005': 404,
  'WO-4006': 403,
  'WO-4007': 403,
  'WO-4008': 503,
  'WO-4013': 409,
  'WO-4009': 400,
  'WO-4010': 401,
  'WO-4011': 503,
  'WO-4012': 429,
  'WO-4021': 413,
  'WO-5010': 503,
}

/** The HTTP status of a code; 500 for what is not the caller's doing. */
export function statusOf(code: ErrorCode): number {
  return statuses[code] ?? 500
}

/** The error as a page without script, readable where the console is not served. */
export function refusalPage(problem: Problem, link?: string): string {
  const { error } = errorBody(problem, link)
  const way = link === undefined ? '' : `<p><a href="${escapeHtml(link)}">Go to your place</a></p>`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(error.title)}</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem }
h1 { font-size: 1.25rem }
small { opacity: 0.75 }
</style>
<h1>${escapeHtml(error.title)}</h1>
<p>${escapeHtml(error.message)}</p>
<p>What to do: ${escapeHtml(error.fix)}.</p>
${way}<small>${error.code}</small>
</html>
`
}

/** Everything that could leave text or an attribute's value. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
