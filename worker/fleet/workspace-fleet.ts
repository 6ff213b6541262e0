/** The fleet reader over the real workspace, with the app's own credentials. */
import { messageOf } from '@workshop/contracts/errors'
import type { FleetFile } from '@workshop/contracts/fleet-file'
import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config.ts'
import { clientCredentials } from './client-credentials.ts'
import { type FleetReader, fleetReader } from './fleet-reader.ts'
import { readWorkspaceFile } from './workspace-file.ts'
import { callWorkspace } from './workspace-request.ts'

/** A failure is logged when it begins and when it changes, not at every try. */
export function workspaceFleet(
  { workspaceUrl, clientId, clientSecret, fleetFile }: Config,
  logger: FastifyBaseLogger,
  onChange: (fleet: FleetFile) => void,
): FleetReader {
  const call = callWorkspace
  const tokens = clientCredentials({ workspaceUrl, clientId, clientSecret, call, now: Date.now })
  let trouble = ''
  return fleetReader({
    now: Date.now,
    read: async () => {
      const text = await readWorkspaceFile({ workspaceUrl, tokens, call }, fleetFile)
      trouble = ''
      return text
    },
    onChange,
    onError: (error) => {
      const message = messageOf(error)
      if (message !== trouble) logger.warn({ problem: message }, 'the fleet file could not be read')
      trouble = message
    },
  })
}
