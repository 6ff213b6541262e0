/** The last log lines of one app: what /logz shows. Like the platform's, they are gone when the compute is. */

/** One line; `timestamp` in seconds since the epoch, with fraction. */
export interface LogLine {
  readonly source: 'APP' | 'SYSTEM'
  readonly timestamp: number
  readonly message: string
}

const maxLines = 2000
/** Longer lines are cut: one line must not outgrow a WebSocket frame. */
const maxLineLength = 8192

/** Keeps the newest lines and tells followers of new ones. */
export class LogRing {
  readonly #lines: LogLine[] = []
  readonly #followers = new Set<(line: LogLine) => void>()
  readonly #now: () => number

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now
  }

  get lines(): readonly LogLine[] {
    return this.#lines
  }

  add(source: LogLine['source'], message: string): void {
    const line = { source, timestamp: this.#now() / 1000, message: message.slice(0, maxLineLength) }
    this.#lines.push(line)
    if (this.#lines.length > maxLines) this.#lines.splice(0, this.#lines.length - maxLines)
    for (const follower of this.#followers) follower(line)
  }

  /** Calls back for every later line, until the returned function is called. */
  follow(follower: (line: LogLine) => void): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  clear(): void {
    this.#lines.length = 0
  }
}

/** A function that takes chunks of a stream and passes on each full line; undefined says that no more will come. */
export function lineSplitter(onLine: (line: string) => void): (chunk: string | undefined) => void {
  let rest = ''
  return (chunk) => {
    const parts = (rest + (chunk ?? '\n')).split(/\r?\n/)
    rest = parts.pop() ?? ''
    if (rest.length > maxLineLength) {
      parts.push(rest)
      rest = ''
    }
    for (const part of parts) if (part !== '') onLine(part)
  }
}
