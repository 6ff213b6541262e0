/** The one way this console asks a server something. Every refusal becomes a `Failure` that a person can act on. */
import type { ErrorBody } from '@workshop/contracts/errors'

/** What went wrong, ready to show: code for whoever helps, sentence, fix, and where to go instead. */
export interface Failure {
  readonly status: number
  /** A code of contracts/errors.ts; absent when no server of ours answered. */
  readonly code?: string
  readonly title: string
  readonly message: string
  readonly fix: string
  readonly link?: string
}

export class CallFailed extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.name = 'CallFailed'
    this.failure = failure
  }
}

/** Longer than any of our calls may take; a hung connection must not look like a quiet room. */
const patienceMs = 15_000

/**
 * Sends a request and returns the JSON answer (undefined for 204).
 * @throws CallFailed on every answer that is not 2xx and when nobody answers.
 */
export async function call<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, {
      method,
      headers: { accept: 'application/json', ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
      signal: AbortSignal.timeout(patienceMs),
    })
  } catch (cause) {
    throw new CallFailed(unreachable(cause instanceof Error && cause.name === 'TimeoutError'))
  }
  const text = await response.text()
  if (!response.ok) throw new CallFailed(refusal(response.status, text))
  return (text === '' ? undefined : JSON.parse(text)) as T
}

/** Whatever was thrown, as something to show. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CallFailed) return error.failure
  return {
    status: 0,
    code: 'WO-9099',
    title: 'Our own mistake',
    message: error instanceof Error ? error.message : String(error),
    fix: 'reload the page; report it if it stays',
  }
}

function unreachable(slow: boolean): Failure {
  return {
    status: 0,
    title: 'No answer',
    message: slow ? 'The server did not answer in 15 s.' : 'The server cannot be reached.',
    fix: 'check the network; this page tries again by itself',
  }
}

/** What a platform in front of our servers says, by status. */
const foreign: Readonly<Record<number, { readonly title: string; readonly fix: string }>> = {
  401: { title: 'Not signed in', fix: 'reload the page to sign in again' },
  403: { title: 'Not open to this account', fix: "open the workshop's own address; ask the organiser if it stays" },
}

function refusal(status: number, text: string): Failure {
  try {
    const { error } = JSON.parse(text) as ErrorBody
    if (error.code) return { ...error, status }
  } catch {
    // Not one of ours: a proxy or a sign-in page answered.
  }
  return {
    status,
    message: `The server answered ${status}.`,
    ...(foreign[status] ?? { title: 'Unexpected answer', fix: 'try again; report it if it stays' }),
  }
}
