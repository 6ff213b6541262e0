/** An emulated workspace in this process whose apps are states only: for clients that are other processes. */
import { startEmulator } from '../../emulator/server.ts'
import { idleAppHost } from '../../emulator/testing/idle-app-host.ts'

export interface IdleWorkspaceOptions {
  readonly token: string
  readonly users: readonly { readonly email: string }[]
}

/** Closes itself at the end of an `await using` block. */
export async function startIdleWorkspace({ token, users }: IdleWorkspaceOptions) {
  const emulator = await startEmulator({ token, users, profile: 'instant', appHost: idleAppHost() })
  return {
    url: emulator.url,
    /** Names of the apps that have an active deployment, sorted. */
    deployed: async (): Promise<readonly string[]> => {
      const answer = await fetch(`${emulator.url}/api/2.0/apps?page_size=100`, {
        headers: { authorization: `Bearer ${token}` },
      })
      const { apps = [] } = (await answer.json()) as { apps?: { name: string; active_deployment?: object }[] }
      return apps
        .filter((app) => app.active_deployment)
        .map(({ name }) => name)
        .sort()
    },
    [Symbol.asyncDispose]: () => emulator.close(),
  }
}
