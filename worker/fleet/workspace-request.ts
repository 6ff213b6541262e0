/** One HTTP call to the workspace: bounded in time and size, and able to reach `*.localhost`. */
import http from 'node:http'
import https from 'node:https'
import { WorkshopError } from '@workshop/contracts/errors'
import { lookupWithLoopback } from './loopback.ts'

/** What is sent. */
export interface WorkspaceCall {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What came back; any status. */
export interface WorkspaceAnswer {
  readonly status: number
  readonly body: string
}

/** Long enough for a slow workspace, shorter than the fleet file's interval of 15 s. */
const timeoutMs = 10_000
/** A fleet file for 3,000 people is 200 KB; more than this is a mistake. */
const maxBytes = 8_000_000

/** @throws WorkshopError WO-2004 when no whole answer came within 10 s */
export function callWorkspace({ method, url, headers, body }: WorkspaceCall): Promise<WorkspaceAnswer> {
  const { request } = url.startsWith('https:') ? https : http
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) => reject(unreachable(url, cause))
    const call = request(
      url,
      { method, headers, lookup: lookupWithLoopback, signal: AbortSignal.timeout(timeoutMs) },
      (answer) => {
        const chunks: Buffer[] = []
        let size = 0
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length
          chunks.push(chunk)
          if (size > maxBytes) answer.destroy(new Error(`more than ${maxBytes} bytes`))
        })
        answer.on('error', fail)
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        )
      },
    )
    call.on('error', fail)
    call.end(body)
  })
}

function unreachable(url: string, cause: Error): WorkshopError {
  const { host, pathname } = new URL(url)
  return new WorkshopError({ code: 'WO-2004', where: `${host}${pathname}`, message: cause.message }, { cause })
}
