/** Two controllers, as two processes, with one state directory. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { adminToken } from '../../../emulator/testing/client.ts'
import { type BenchFleet, specText, startBenchFleet, until } from '../../support/bench-fleet.ts'
import { repository } from '../../support/product.ts'

let fleet: BenchFleet
const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await fleet.close()
})

function start() {
  const script = join(repository, 'controller', 'cli', 'main.ts')
  const sources = ['--source', `dir:${join(fleet.folder, 'specs')}`, '--port', '0']
  const env = {
    PATH: process.env['PATH'],
    HOME: fleet.folder,
    DATABRICKS_HOST: fleet.bench.emulator.url,
    DATABRICKS_TOKEN: adminToken,
    WORKSHOP_STATE_DIR: join(fleet.folder, 'shared-state'),
  }
  const child = spawn(process.execPath, [script, 'controller', ...sources], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, ended, said: () => text }
}
const runs = ({ said }: ReturnType<typeof start>) =>
  until('a running controller', said, (text) => text.includes('controller runs'), 60_000)

it('lets the second one say so and end, and lets one in again after the first was killed', async () => {
  fleet = await startBenchFleet(specText({ replicas: 1 }))
  const first = start()
  await runs(first)
  const second = start()
  expect(await second.ended).toBe(1)
  expect(second.said()).toContain('WO-9006')
  expect(second.said()).toContain(`process ${first.child.pid} on`)

  first.child.kill('SIGKILL')
  await first.ended
  const third = start()
  await runs(third)
  third.child.kill('SIGTERM')
  expect(await third.ended).toBe(0)
  const fourth = start()
  await runs(fourth)
}, 180_000)
