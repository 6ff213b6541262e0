/** A plain shell in the participant's home. */
import { access, constants } from 'node:fs/promises'
import type { Agent } from './agent.ts'
import { sessionEnvironment } from './environment.ts'

const bash = '/bin/bash'

/** `path`: PATH of the session, see tools.ts. */
export function shellAgent({ path }: { readonly path: string }): Agent {
  return {
    id: 'shell',
    title: 'Shell',
    check: async () => {
      const available = await access(bash, constants.X_OK).then(
        () => true,
        () => false,
      )
      return { id: 'shell', title: 'Shell', available, message: available ? '' : `${bash} is not installed` }
    },
    prepare: async () => {},
    launch: async (context) => ({
      file: bash,
      args: [],
      env: sessionEnvironment(context, path),
      cwd: context.project,
    }),
  }
}
