/** Nobody reaches somebody else's session, whatever address they know: not from the same worker, not from another. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { BenchPage } from '../support/bench-page.ts'
import { launchBrowser, newVisitor } from '../support/browser.ts'
import { Participant } from '../support/participant.ts'

const product = inject('product')
const everybody = ['grace', 'katherine', 'edsger', 'ada'].map((name) => new Participant(`${name}@example.com`))

describe('a second person on the same worker', () => {
  let browser: Browser
  let owner: BenchPage
  let strangerPage: Page
  let stranger: Participant
  /** Somebody who sits on another worker. */
  let outsider: Participant
  let session: string

  beforeAll(async () => {
    const workers = await Promise.all(everybody.map((person) => person.enter(product.workshopUrl)))
    const pair = workers.flatMap((worker, at) => {
      const neighbour = workers.indexOf(worker, at + 1)
      return neighbour < 0 ? [] : [{ worker, first: everybody[at], second: everybody[neighbour] }]
    })[0]
    const away = everybody[workers.findIndex((worker) => worker !== pair?.worker)]
    if (!pair?.first || !pair.second || !away) throw new Error(`nobody shares a worker: ${workers.join(', ')}`)
    stranger = pair.second
    outsider = away

    browser = await launchBrowser()
    owner = await BenchPage.enter((await newVisitor(browser)).page, product.workshopUrl, pair.first.email)
    await owner.startAfresh()
    await owner.newSession('Shell', 1)
    await owner.see(1, /❯/)
    session = await owner.sessionId(1)
    strangerPage = (await newVisitor(browser)).page
    const bench = await BenchPage.enter(strangerPage, product.workshopUrl, stranger.email)
    expect(bench.origin).toBe(owner.origin)
  })
  afterAll(() => browser?.close())

  it('does not see the session listed', async () => {
    const ids = (page: Page) =>
      page.evaluate(async () => {
        const list = await (await fetch('/api/sessions')).json()
        return (list as { id: string }[]).map(({ id }) => id)
      })
    expect(await ids(owner.page)).toContain(session)
    expect(await ids(strangerPage)).not.toContain(session)
  })

  it.for([
    ['DELETE', ''],
    ['POST', '/restart'],
  ] as const)('is told by its address, %s %s, that there is none', async ([method, rest]) => {
    const answer = await strangerPage.evaluate(
      async ([verb, address]) => {
        const headers = { 'content-type': 'application/json' }
        const response = await fetch(address, { method: verb, headers, body: '{}' })
        return { status: response.status, text: await response.text() }
      },
      [method, `/api/sessions/${session}${rest}`] as const,
    )
    expect(answer.status, answer.text).toBe(404)
  })

  it('cannot attach to its terminal, nor can somebody from another worker', async () => {
    await expect(stranger.terminal(owner.origin, session)).rejects.toThrow('refused with 404')
    await expect(outsider.terminal(owner.origin, session)).rejects.toThrow(/refused with 40[134]/)
  })

  it('has not disturbed its owner', async () => {
    await owner.run(1, 'echo here $((1 + 1))')
    await owner.see(1, /here 2/)
  })
})
