/** A facilitator looks on, from outside: a real worker, whose owner decides who sees the terminal. */
import { fileURLToPath } from 'node:url'
import { closeCode } from '@workshop/contracts/terminal-protocol'
import type { WorkerStatus } from '@workshop/contracts/worker-api'
import { afterEach, describe, expect, it } from 'vitest'
import { aFleet } from './fleet/fleet.fixture.ts'
import { runProgram } from './program.fixture.ts'
import { openTerminal } from './terminal-client.fixture.ts'

type Run = Awaited<ReturnType<typeof runProgram>>
let run: Run | undefined

const [ada, grace, edsger] = ['ada@example.com', 'grace@example.com', 'edsger@example.com'] as const
const sessions = { ...aFleet().sessions, isolation: 'trusted' } as const
let fleet = aFleet({ workers: aFleet().workers.slice(0, 1), sessions })

afterEach(async () => {
  await run?.stop()
  run = undefined
})

async function start() {
  fleet = aFleet({ workers: aFleet().workers.slice(0, 1), sessions })
  const started = await runProgram({
    node: process.execPath,
    file: fileURLToPath(new URL('main.ts', import.meta.url)),
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    appName: 'first-worker-1',
    fleet: () => fleet,
  })
  run = started
  const opened = await started.call(ada, '/api/sessions', { method: 'POST', body: JSON.stringify({ agent: 'shell' }) })
  const { id } = (await opened.json()) as { id: string }
  const letWatch = async (email: string, on: boolean) =>
    (await started.call(email, `/api/sessions/${id}/watchable`, { method: 'PUT', body: JSON.stringify({ on }) })).status
  const attach = (email: string, beforeHello = async () => {}) =>
    openTerminal({
      ...{ beforeHello, port: started.port, session: id },
      headers: { ...started.headersOf(email), origin: started.origin },
    })
  const about = async (email: string) => {
    const answer = await started.call(email, `/api/watch/${id}`)
    return [answer.status, await answer.json()]
  }
  /** What the controller is told. */
  const shown = async () => {
    const answer = await started.call(fleet.operators[0] ?? '', '/api/control/status')
    return ((await answer.json()) as WorkerStatus).sessions.shown
  }
  return { worker: started, id, letWatch, attach, about, shown }
}

type Client = Awaited<ReturnType<Awaited<ReturnType<typeof start>>['attach']>>

async function watchers(client: Client, expected: readonly string[]): Promise<void> {
  const told = () => {
    const events = client.frames.flatMap((frame) => (frame.type === 'event' ? [frame.event] : []))
    return events.findLast((event) => event.kind === 'viewers')?.watching
  }
  while (JSON.stringify(told()) !== JSON.stringify(expected)) await new Promise((resolve) => setTimeout(resolve, 10))
}

describe.runIf(process.platform === 'linux')('a facilitator', () => {
  it('looks on where the owner lets them, is named to the owner, and types nothing', async () => {
    const { id, letWatch, attach, about, shown } = await start()
    const owner = await attach(ada)
    owner.type('echo be""fore\n')
    await owner.see(/before/)
    await expect(attach(edsger)).rejects.toThrow('refused with 404')
    expect(await about(edsger)).toMatchObject([404, {}])
    expect([await letWatch(edsger, true), await letWatch(grace, true)]).toEqual([404, 404])

    expect(await shown()).toEqual([])
    expect(await letWatch(ada, true)).toBe(200)
    expect(await shown()).toEqual([{ id, owner: ada, title: 'Shell' }])
    expect(await about(edsger)).toMatchObject([200, { id, owner: ada, state: 'live' }])
    expect(await about(grace)).toMatchObject([404, {}])
    await expect(attach(grace)).rejects.toThrow('refused with 404')
    const watcher = await attach(edsger)
    await watcher.see(/before/)
    expect(watcher.frames[0]).toMatchObject({ type: 'welcome', welcome: { role: 'view' } })
    await watchers(owner, [edsger])
    owner.type('echo li""ve\n')
    await watcher.see(/live/)

    watcher.type('echo fo""rged\n')
    expect(await watcher.closed).toBe(4400)
    await watchers(owner, [])
    owner.type('echo a""fter\n')
    await owner.see(/after/)
    expect(owner.text()).not.toContain('forged')
    owner.close()
  })

  it('leaves a place for the owner, however many pages they open', async () => {
    const { letWatch, attach } = await start()
    await letWatch(ada, true)
    const pages = await Promise.all(Array.from({ length: 20 }, () => attach(edsger)))
    const refused = await Promise.race(pages.map(({ closed }) => closed))
    expect(refused).toBe(closeCode.busy)
    const owner = await attach(ada)
    owner.type('echo st""ill\n')
    await owner.see(/still/)
    for (const page of [owner, ...pages]) page.close()
  })

  it('is let go as soon as the owner, or the roster, no longer lets them', async () => {
    const { worker, letWatch, attach } = await start()
    const owner = await attach(ada)
    await letWatch(ada, true)
    const watcher = await attach(edsger)
    await watchers(owner, [edsger])
    await letWatch(ada, false)
    expect(await watcher.closed).toBe(4403)
    await expect(attach(edsger)).rejects.toThrow('refused with 404')

    await letWatch(ada, true)
    // Let in while it was shown, and says HELLO when it is shown no longer.
    const late = await attach(edsger, async () => {
      expect(await letWatch(ada, false)).toBe(200)
    })
    expect(await late.closed).toBe(4403)
    expect(late.frames).toEqual([])

    await letWatch(ada, true)
    const again = await attach(edsger)
    await watchers(owner, [edsger])
    fleet = { ...fleet, version: fleet.version + 1, facilitators: [], participants: [...fleet.participants, edsger] }
    await worker.call(fleet.operators[0] ?? '', '/api/control/reload', { method: 'POST', body: '{}' })
    expect(await again.closed).toBe(4403)
    owner.close()
  })
})
