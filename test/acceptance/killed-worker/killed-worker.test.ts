import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../../support/bench-fleet.ts'
import { Participant } from '../../support/participant.ts'
import { runningProcesses } from '../../support/processes.ts'
import { type Product, startProduct } from '../../support/product.ts'

let product: Product
beforeAll(async () => {
  product = await startProduct('examples/first.workshop.yaml')
}, 300_000)
afterAll(() => product?.stop())

interface SeenApp {
  readonly name: string
  readonly pid?: number
  readonly status: string
}

async function appCalled(name: string): Promise<SeenApp | undefined> {
  const { apps } = (await (await fetch(`${product.emulatorUrl}/__emulator/state`)).json()) as { apps: SeenApp[] }
  return apps.find((app) => app.name === name)
}

/** The usual look comes within half a minute. */
async function lookNow(): Promise<void> {
  const key = /[?#&/](?:key|k|run)=([^&#]+)/.exec(product.controlRoomUrl)?.[1] ?? ''
  const url = new URL('/api/workshops/default/first-workshop/reconcile', product.controlRoomUrl)
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: '{}' })
  if (!answer.ok) throw new Error(`the controller answered ${answer.status}: ${await answer.text()}`)
}

/** Found by a number that nothing else on this machine waits for. */
const nap = 86_399
const naps = () => runningProcesses().filter(({ line }) => line === `sleep ${nap}`)

it('leaves no process of its sessions behind when a worker is killed, and is started again', async () => {
  const ada = new Participant('ada@example.com')
  const origin = await ada.enter(product.workshopUrl)
  const session = await ada.newSession(origin, { agent: 'shell', cols: 100, rows: 30 })
  const terminal = await ada.terminal(origin, session.id)
  await terminal.see(/❯|\$ /)
  // One that hangs on the terminal, one that left its session, and one that ignores what it is told.
  terminal.type(
    `sleep ${nap} & (setsid nohup sleep ${nap} >/dev/null 2>&1 &); (trap '' HUP TERM; exec sleep ${nap}) & echo up""up\r`,
  )
  await terminal.see(/upup/)
  await until('three that sleep', naps, (found) => found.length === 3, 30_000)

  const name = new URL(origin).hostname.split('.')[0] ?? ''
  const before = await appCalled(name)
  process.kill(before?.pid ?? Number.NaN, 'SIGKILL')
  await until('their end', naps, (found) => found.length === 0, 60_000)
  await lookNow()
  const isBack = (app: SeenApp | undefined) =>
    app?.status === 'RUNNING' && app.pid !== undefined && app.pid !== before?.pid
  await until('the worker again', () => appCalled(name), isBack, 120_000)
  const answers = () => ada.ask(new URL('/api/sessions', origin)).catch(() => ({ status: 0 }))
  await until('its answer', answers, ({ status }) => status === 200, 60_000)
  expect(naps()).toEqual([])
})
