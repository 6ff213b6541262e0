/** Hostile case 30, for the emulator itself: SIGKILL leaves no app, no process and no folder behind. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it } from 'vitest'

let child: ChildProcess
afterEach(() => child.kill('SIGKILL'))

const source = `
  require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
  process.on('SIGTERM', () => {})
  require('node:http').createServer((_, response) => response.end()).listen(Number(process.env.DATABRICKS_APP_PORT), '127.0.0.1')`

/** Processes whose HOME lies in this folder. */
function processesIn(folder: string): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'latin1').includes(`HOME=${folder}/apps/`)
    } catch {
      return false
    }
  })
}

describe.skipIf(process.platform !== 'linux')('an emulator that is killed', () => {
  it('takes its apps with it', async () => {
    child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
      env: { PATH: process.env['PATH'], EMULATOR_TOKEN: 'dapi-test' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')
    const { url } = JSON.parse(line) as { url: string }
    const call = async (method: string, path: string, body?: object) => {
      const headers = { authorization: 'Bearer dapi-test' }
      const answer = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
      return (await answer.json()) as Record<string, { state?: string }>
    }
    const put = (name: string, text: string) =>
      call('POST', '/api/2.0/workspace/import', {
        path: `/Shared/web/${name}`,
        format: 'AUTO',
        content: Buffer.from(text).toString('base64'),
      })
    await call('POST', '/api/2.0/workspace/mkdirs', { path: '/Shared/web' })
    await put('app.js', source)
    await put('app.yaml', 'command: [node, app.js]\n')
    await call('POST', '/api/2.0/apps', { name: 'web' })
    const until = async (field: string, state: string) => {
      while ((await call('GET', '/api/2.0/apps/web'))[field]?.state !== state)
        await new Promise((done) => setTimeout(done, 20))
    }
    await until('compute_status', 'ACTIVE')
    await call('POST', '/api/2.0/apps/web/deployments', { source_code_path: '/Workspace/Shared/web' })
    await until('app_status', 'RUNNING')
    const { apps } = (await call('GET', '/__emulator/state')) as unknown as { apps: { pid: number }[] }
    const cwd = readFileSync(`/proc/${apps[0]?.pid}/environ`, 'latin1')
    const folder = /HOME=(.*?)\/apps\//.exec(cwd)?.[1] ?? ''
    expect(processesIn(folder).length).toBeGreaterThanOrEqual(2)

    child.kill('SIGKILL')
    await expect.poll(() => processesIn(folder), { timeout: 5_000 }).toEqual([])
    await expect.poll(() => existsSync(folder), { timeout: 5_000 }).toBe(false)
  })
})
