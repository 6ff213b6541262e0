/** The model that recorded agents talk to: the emulator's, on loopback, with answers long and colourful enough to draw. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createScriptedModels } from '../../emulator/runtime/models.ts'

const essay = `## What this project does

It keeps a *list of rooms*, and **who sits where**. 会議室 and 🏡 are in it too.

| room | seats | taken |
| --- | ---: | ---: |
| Grace | 12 | 7 |
| 東京 | 8 | 8 |

\`\`\`python
def free(rooms: dict[str, tuple[int, int]]) -> list[str]:
    """Names of rooms with a seat left."""
    return [name for name, (seats, taken) in rooms.items() if taken < seats]
\`\`\`

1. First read the file, then count.
2. A room is *full* when \`taken == seats\`; nobody is put there.
3. Names may be longer than you think: ${'naïve façade '.repeat(12)}

> Nothing of this was run.
`

const rules = [
  { match: 'explain', reply: essay.repeat(2) },
  {
    match: 'count',
    reply: Array.from({ length: 60 }, (_, i) => `- line ${i} of sixty, ${'▮'.repeat(i % 17)}`).join('\n'),
  },
]

/** Serves every model API below its address until it is closed. */
export async function serveModel(): Promise<{ readonly url: string; readonly close: () => void }> {
  const models = createScriptedModels({ settings: { delayMs: 8 } })
  models.control('POST', rules)
  const caller = { principal: 'user@example.com', mayQuery: () => true }
  const server = createServer((request, response) => {
    void models.handleModelRequest(request, response, caller).then((known) => {
      if (!known) response.writeHead(404, { 'content-type': 'application/json' }).end('{}')
    })
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
