/** Our terminals and nothing around them, in a process of its own: `?id=…&script=…` opens or rejoins a session. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeCode } from '../../../contracts/terminal-protocol.ts'
import { TerminalSession } from '../../../worker/terminal/session.ts'
import { serveTerminal } from '../../../worker/terminal/socket/serve-terminal.ts'
import { terminalUpgrades } from '../../../worker/terminal/socket/upgrades.ts'

const sessions = new Map<string, TerminalSession>()
const accept = terminalUpgrades()
const env = { PATH: process.env['PATH'] ?? '', TERM: 'xterm-256color' }

const http = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '', 'http://bench')
  const id = searchParams.get('id') ?? ''
  sessions.get(id)?.close(closeCode.ended)
  sessions.delete(id)
  response.end()
})
http.on('upgrade', (request, socket, head) => {
  const { searchParams } = new URL(request.url ?? '', 'http://bench')
  const id = searchParams.get('id') ?? ''
  const launch = { file: '/bin/sh', args: ['-c', searchParams.get('script') ?? ''], env, cwd: '/' }
  const session = sessions.get(id) ?? new TerminalSession({ id, launch, cols: 80, rows: 24 })
  sessions.set(id, session)
  accept(request, socket, head, (ws) => serveTerminal(ws, session, { email: '', role: 'control' }))
})
http.listen(0, '127.0.0.1', () => console.log(`port ${(http.address() as AddressInfo).port}`))
