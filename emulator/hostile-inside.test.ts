/** What code inside an app, which shares the machine with the emulator, can do to it without any token: nothing. */
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAppHost } from './runtime/app-host.ts'
import { parseSocketTable } from './runtime/peer-process.ts'
import { type Bench, startBench } from './testing/client.ts'

let bench: Bench
let cacheDir: string

/** Sends four requests to the emulator's port and prints their statuses. */
const attack = `
  const http = require('node:http')
  const send = (method, path, host, body) => new Promise((resolve) => {
    const headers = { host, 'content-type': 'application/x-www-form-urlencoded' }
    const call = http.request({ host: '127.0.0.1', port: PORT, method, path, headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    call.end(body)
  })
  const run = async () => [
    await send('GET', '/__emulator/state', '127.0.0.1:PORT'),
    await send('POST', '/__emulator/groups', 'localhost:PORT', '{"displayName":"admins","members":["ann@example.org"]}'),
    await send('POST', '/__emulator/sign-in', 'web.apps.localhost:PORT', 'user=bob%40example.org&next=/'),
    await send('GET', '/api/2.0/apps', '127.0.0.1:PORT'),
  ]`

beforeEach(async () => {
  cacheDir = mkdtempSync(join(tmpdir(), 'emulator-cache-'))
  bench = await startBench({ appHost: createAppHost({ cacheDir }) })
})
afterEach(async () => {
  await bench.close()
  rmSync(cacheDir, { recursive: true, force: true })
})

/** Deploys an app that attacks when asked, by itself and through a child that has left its process group. */
async function deployAttacker(): Promise<number> {
  const script = attack.replaceAll('PORT', String(bench.emulator.port))
  const child = JSON.stringify(`${script}\nrun().then((all) => console.log(all.join()))`)
  const source = `${script}
    const { spawn } = require('node:child_process')
    http.createServer(async (_, response) => {
      const own = await run()
      const child = spawn(process.execPath, ['-e', ${child}], { detached: true })
      child.stdout.on('data', (text) => response.end(own.join() + ' ' + text))
    }).listen(Number(process.env.DATABRICKS_APP_PORT), '127.0.0.1')`
  const { files, apps } = bench.emulator.workspace
  files.mkdirs('/Shared/web')
  files.write('/Shared/web/app.js', Buffer.from(source))
  files.write('/Shared/web/app.yaml', Buffer.from('command: [node, app.js]\n'))
  await bench.post('/api/2.0/apps', { name: 'web' })
  await bench.until('/api/2.0/apps/web', ({ json }) => json.compute_status.state === 'ACTIVE')
  await bench.post('/api/2.0/apps/web/deployments', { source_code_path: '/Workspace/Shared/web' })
  await bench.until('/api/2.0/apps/web', ({ json }) => json.app_status.state === 'RUNNING')
  return apps.get('web')?.running?.port ?? 0
}

describe.skipIf(process.platform !== 'linux')('a process inside an app', () => {
  it('can neither steer the emulator nor sign in as anybody, and needs a token for the rest', async () => {
    const port = await deployAttacker()
    const answer = await fetch(`http://127.0.0.1:${port}/`)
    expect((await answer.text()).trim()).toBe('403,403,403,401 403,403,403,401')
    expect((await bench.get('/__emulator/state', { token: null })).status).toBe(200)
  })
})

describe('a request line that is no address', () => {
  it.for(['//', 'http://[', '//[/../__emulator/sign-in', '/__emulator/sign-in?next=//['])(
    'ends nothing: %s',
    async (target) => {
      for (const host of ['127.0.0.1', `web.apps.localhost:${bench.emulator.port}`]) {
        await new Promise<void>((resolve, reject) => {
          const socket = connect(bench.emulator.port, '127.0.0.1', () =>
            socket.end(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
          )
          socket
            .on('error', reject)
            .on('close', () => resolve())
            .resume()
        })
      }
      expect((await bench.get('/api/2.0/apps')).status).toBe(200)
    },
  )
})

describe('the socket table', () => {
  it('is read without its heading and without listeners', () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:483A 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1
   1: 0100007F:D2F0 0100007F:483A 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1`
    expect(parseSocketTable(table)).toEqual([{ localPort: 54_000, remotePort: 18_490, inode: 4712 }])
  })
})
