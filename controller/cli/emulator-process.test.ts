import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { startEmulator } from './emulator-process.ts'

describe('the emulator as a child', () => {
  it.skipIf(process.platform !== 'linux')(
    'gets its secrets where other users of the machine cannot read them',
    async () => {
      const adminClient = { id: 'controller', secret: 'dose-very-secret' }
      const options = { port: 0, token: 'dapi-very-secret', profile: 'instant', portOption: '--port' } as const
      const emulator = await startEmulator({ ...options, adminClient })
      try {
        const commandLine = await readFile(`/proc/${emulator.pid}/cmdline`, 'utf8')
        expect(commandLine).toContain('emulator')
        expect(commandLine).not.toContain('very-secret')
        const me = (token: string) =>
          fetch(`${emulator.url}/api/2.0/preview/scim/v2/Me`, { headers: { authorization: `Bearer ${token}` } })
        expect((await me(options.token)).status).toBe(200)
        const { access_token } = await (
          await fetch(`${emulator.url}/oidc/v1/token`, {
            method: 'POST',
            headers: { authorization: `Basic ${Buffer.from('controller:dose-very-secret').toString('base64')}` },
            body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'all-apis' }),
          })
        ).json()
        expect((await me(access_token)).status).toBe(200)
      } finally {
        await emulator.stop()
      }
    },
  )
})
