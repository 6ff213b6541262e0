/** A door in front of a server on loopback that writes down who came through it: one for each caller to be told apart. */
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RecordingDoor {
  readonly url: string
  /** Requests that are no GET, as they arrived; `at` is performance.now(). */
  readonly writes: { readonly at: number; readonly what: string }[]
  readonly close: () => Promise<void>
}

export async function openDoor(target: string): Promise<RecordingDoor> {
  const { hostname, port } = new URL(target)
  const writes: RecordingDoor['writes'] = []
  const server = createServer((incoming, response) => {
    const { method = 'GET', url = '/', headers } = incoming
    if (method !== 'GET') writes.push({ at: performance.now(), what: `${method} ${url}` })
    const onward = request({ host: hostname, port, method, path: url, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
