import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { isLoopbackName, loopbackFetch } from './loopback.ts'

it('reaches a name under localhost and keeps it as Host', async () => {
  const server = createServer((request, answer) => answer.end(`${request.method} ${request.headers.host}`))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const answer = await loopbackFetch(`http://vibe-hub.apps.localhost:${port}/api`, {
    method: 'POST',
    headers: {},
    body: '{}',
  })
  expect(await answer.text()).toBe(`POST vibe-hub.apps.localhost:${port}`)
  await new Promise((resolve) => server.close(resolve))
})

it('knows loopback names', () => {
  const names = ['localhost', 'a.apps.localhost', '127.0.0.1', 'localhost.example.com']
  expect(names.map(isLoopbackName)).toEqual([true, true, true, false])
})
