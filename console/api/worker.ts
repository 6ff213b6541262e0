/** Hub and worker as contracts/worker-api.ts describes them. */
import type { CreateSession, Guide, JoinState, Me, SessionInfo, WatchedSession } from '@workshop/contracts/worker-api'
import { call } from './call.ts'

export const worker = {
  me: () => call<Me>('GET', '/api/me'),
  guide: () => call<Guide>('GET', '/api/guide'),
  join: () => call<JoinState>('GET', '/api/join'),
  sessions: () => call<readonly SessionInfo[]>('GET', '/api/sessions'),
  create: (wish: CreateSession) => call<SessionInfo>('POST', '/api/sessions', wish),
  end: (id: string) => call<undefined>('DELETE', `/api/sessions/${encodeURIComponent(id)}`),
  letWatch: (id: string, on: boolean) =>
    call<SessionInfo>('PUT', `/api/sessions/${encodeURIComponent(id)}/watchable`, { on }),
  watched: (id: string) => call<WatchedSession>('GET', `/api/watch/${encodeURIComponent(id)}`),
  restart: (id: string) => call<SessionInfo>('POST', `/api/sessions/${encodeURIComponent(id)}/restart`),
}

/** Address of a session's terminal. */
export function terminalUrl(id: string, at: Pick<Location, 'protocol' | 'host'> = location): string {
  return `${at.protocol === 'https:' ? 'wss' : 'ws'}://${at.host}/api/sessions/${encodeURIComponent(id)}/terminal`
}
