/** Every API request as it went, so that tests can count reads and writes. */

/** One request; `at` is the workspace's time in milliseconds, status 0 a connection that was cut. */
export interface RecordedRequest {
  readonly at: number
  readonly method: string
  readonly path: string
  readonly query: string
  readonly status: number
  /** E-mail or application id; undefined where nobody was recognised. */
  readonly principal: string | undefined
  /** Id of the fault that had a hand in it. */
  readonly fault?: string
}

/** Older requests are dropped beyond this. */
const keptRequests = 100_000

export class Recorder {
  #requests: RecordedRequest[] = []

  add(request: RecordedRequest): void {
    this.#requests.push(request)
    if (this.#requests.length > keptRequests) this.#requests = this.#requests.slice(-keptRequests / 2)
  }

  all(): readonly RecordedRequest[] {
    return this.#requests
  }

  clear(): void {
    this.#requests = []
  }

  /** Totals: `reads` are GET and HEAD, `writes` everything else. */
  counts(): { readonly total: number; readonly reads: number; readonly writes: number } {
    const reads = this.#requests.filter(({ method }) => method === 'GET' || method === 'HEAD').length
    return { total: this.#requests.length, reads, writes: this.#requests.length - reads }
  }
}
