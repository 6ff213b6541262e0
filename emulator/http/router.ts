/** Finds the handler of a method and path. Literal segments win over parameters, parameters over a rest. */
import type { Answer, Call } from './call.ts'

/** One operation. */
export interface Route {
  readonly method: string
  /** `/api/2.0/apps/:name`; a last segment `*rest` takes everything that is left. */
  readonly pattern: string
  /** What a token with limited scopes must hold. Absent: any authenticated caller. */
  readonly scope?: string
  /** Answers without credentials (discovery, token endpoint). */
  readonly open?: true
  readonly run: (call: Call) => Answer | Promise<Answer>
}

/** A route and the parameters that the path gave it. */
export interface Match {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

/** Looks requests up; undefined when there is no such API. */
export type Router = (method: string, path: string) => Match | undefined

/** Builds a router. Later routes never shadow more literal earlier ones, whatever the order. */
export function createRouter(routes: readonly Route[]): Router {
  const table = routes
    .map((route) => ({ route, segments: route.pattern.split('/').slice(1) }))
    .sort((a, b) => literalness(b.segments) - literalness(a.segments))
  return (method, path) => {
    const segments = path.split('/').slice(1)
    for (const entry of table) {
      if (entry.route.method !== method) continue
      const params = matchSegments(entry.segments, segments)
      if (params) return { route: entry.route, params }
    }
    return undefined
  }
}

const literalness = (segments: readonly string[]) =>
  segments.reduce((sum, segment) => sum + (segment.startsWith('*') ? -100 : segment.startsWith(':') ? 0 : 1), 0)

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const params: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    if (part.startsWith('*')) {
      const rest = segments.slice(index).join('/')
      return rest === '' ? undefined : { ...params, [part.slice(1)]: decode(rest) }
    }
    const segment = segments[index]
    if (segment === undefined || segment === '') return undefined
    if (part.startsWith(':')) params[part.slice(1)] = decode(segment)
    else if (part !== segment) return undefined
  }
  return segments.length === pattern.length ? params : undefined
}

/** A broken escape is kept as it is: the handler then answers that nothing has this name. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
