/** The two things of a workspace that hub and worker need to start, on loopback: a token for the right secret, and one file. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FleetFile } from '@workshop/contracts/fleet-file'

export const stubCredentials = { clientId: 'stub-client', clientSecret: 'stub-secret', path: '/Shared/fleet.json' }

/** Serves `fleet()`; 404 while it is undefined. */
export async function startWorkspaceStub(fleet: () => FleetFile | undefined) {
  const { clientId, clientSecret, path } = stubCredentials
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  const server = createServer((request, response) => {
    const answer = (status: number, body: string) => response.writeHead(status).end(body)
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stub')
    if (pathname === '/oidc/v1/token') {
      if (request.headers.authorization !== basic) return answer(401, '{"error":"invalid_client"}')
      return answer(200, JSON.stringify({ access_token: 'stub-token', token_type: 'Bearer', expires_in: 3600 }))
    }
    const file = fleet()
    if (request.headers.authorization !== 'Bearer stub-token') return answer(401, '{}')
    if (pathname !== '/api/2.0/workspace/export' || searchParams.get('path') !== path || !file) return answer(404, '{}')
    return answer(200, JSON.stringify(file))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
