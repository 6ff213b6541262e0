/**
 * Reads every error envelope that the platform is known to send: `{error_code, message, details}` (the code may be an
 * integer), API 1.2's `{error}`, SCIM's `{detail, status}`, OAuth's `{error, error_description}`, `CODE: text`, an HTML
 * page with `<pre>`, and nothing at all. Pure.
 */
import { parseJson } from './json.ts'

export interface PlatformError {
  /** HTTP status. */
  readonly status: number
  /** The platform's word: RESOURCE_DOES_NOT_EXIST … ; `HTTP_<status>` when it gave none. */
  readonly code: string
  readonly message: string
  /** For a support ticket. */
  readonly requestId?: string
}

/** What an answer with an error status says. Never throws. */
export function readErrorBody(status: number, text: string, requestIdHeader?: string | null): PlatformError {
  const found = fromJson(text, status) ?? fromText(text)
  const requestId = found.requestId ?? requestIdHeader ?? undefined
  return {
    status,
    code: found.code || `HTTP_${status}`,
    message: found.message.slice(0, 500) || `HTTP status ${status} without a message`,
    ...(requestId ? { requestId } : {}),
  }
}

interface Found {
  readonly code: string
  readonly message: string
  readonly requestId?: string | undefined
}

function fromJson(text: string, status: number): Found | undefined {
  let body: unknown
  try {
    body = parseJson(text)
  } catch {
    return undefined
  }
  if (typeof body !== 'object' || body === null) return undefined
  const map = body as Record<string, unknown>
  const isScim = typeof map['detail'] === 'string'
  const code = map['error_code'] ?? (isScim ? `SCIM_${map['status'] ?? status}` : undefined) ?? oauthCode(map)
  const message = map['message'] ?? map['detail'] ?? map['error_description'] ?? map['error']
  return {
    code: code === undefined ? '' : String(code),
    message: typeof message === 'string' ? message : '',
    requestId: requestIdIn(map['details']),
  }
}

/** OAuth puts its code into `error`; API 1.2 puts its sentence there. A code has no spaces. */
function oauthCode(map: Record<string, unknown>): string | undefined {
  const error = map['error']
  return typeof error === 'string' && !error.includes(' ') ? error : undefined
}

function requestIdIn(details: unknown): string | undefined {
  if (!Array.isArray(details)) return undefined
  for (const detail of details as readonly Record<string, unknown>[]) {
    const id = detail?.['request_id']
    if (typeof id === 'string') return id
  }
  return undefined
}

function fromText(text: string): Found {
  const pre = /<pre>([\s\S]*?)<\/pre>/i.exec(text)?.[1]?.trim()
  if (pre) return { code: '', message: pre }
  const coded = /^([A-Z][A-Z_]+): ([\s\S]*)$/.exec(text.trim())
  if (coded) return { code: coded[1] ?? '', message: coded[2] ?? '' }
  return { code: '', message: text.trim().startsWith('<') ? '' : text.trim() }
}
