/** The control room while the fleet changes: what it shows, that it follows the spec, that deleted apps come back. */
import { readFileSync, writeFileSync } from 'node:fs'
import { place } from '@workshop/contracts/placement'
import type { Me } from '@workshop/contracts/worker-api'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { BenchPage } from '../support/bench-page.ts'
import { launchBrowser, newVisitor, type Visitor } from '../support/browser.ts'
import { Participant } from '../support/participant.ts'

const product = inject('product')

describe('the control room', () => {
  let browser: Browser
  let visitor: Visitor
  const mover = new Participant(firstMover())
  let open: { readonly worker: string; readonly session: string }

  beforeAll(async () => {
    browser = await launchBrowser()
    visitor = await newVisitor(browser)
    const worker = await mover.enter(product.workshopUrl)
    open = { worker, session: (await mover.newSession(worker, { agent: 'shell' })).id }
    await visitor.page.goto(product.controlRoomUrl)
  })
  afterAll(() => browser?.close())

  const fleet = () => visitor.page.getByRole('region', { name: 'Fleet' })
  const row = (name: string) => fleet().getByRole('row').filter({ hasText: name })
  const healthy = (name: string) => row(name).getByText('Healthy', { exact: true }).waitFor()

  const plan = () => visitor.page.getByRole('complementary', { name: /^Plan \d+/ })
  const planNumber = async () => Number(/\d+/.exec((await plan().getByRole('heading').textContent()) ?? '')?.[0])

  it('opens at the printed address and takes the key out of it', async () => {
    await visitor.page.getByRole('heading', { name: 'Overview' }).waitFor()
    expect(visitor.page.url()).not.toContain('key=')
    await visitor.page.getByRole('navigation', { name: 'Control room' }).getByText('Build it with agents').waitFor()
  })

  it('shows the workers, their state, the conditions and the plan', async () => {
    for (const name of ['vibe-hub', 'vibe-worker-1', 'vibe-worker-2']) await healthy(name)
    const conditions = visitor.page.getByRole('region', { name: 'Conditions' })
    await conditions.getByRole('listitem').filter({ hasText: 'Ready' }).filter({ hasText: 'True' }).first().waitFor()
    await plan().getByText('vibe-hub: create', { exact: true }).waitFor()
  })

  it('tells everybody what the organisers say, and until when the room is open', async () => {
    const { page } = visitor
    const say = async (text: string, closesAt: string) => {
      await page.getByRole('button', { name: 'Announce…' }).click()
      await page.getByLabel('Announcement').fill(text)
      await page.getByLabel('Closes at').fill(closesAt)
      await page.getByRole('button', { name: 'Tell everybody' }).click()
      await page.getByRole('dialog').waitFor({ state: 'hidden' })
    }
    const heard = async () => (await mover.api<Me>(open.worker, 'GET', '/api/me')).room
    const place = () => page.locator('#over').boundingBox()
    const before = await place()
    await say('Lunch is served downstairs', '2020-01-01T10:00')
    // What a dialog brings along must leave the page as it was.
    expect(await place()).toMatchObject({ x: before?.x, width: before?.width })
    await page.getByRole('region', { name: 'Room' }).getByText('Lunch is served downstairs').waitFor()
    await expect.poll(async () => (await heard())?.announcement?.text, { timeout: 60_000 }).toContain('Lunch')
    await expect(mover.newSession(open.worker, { agent: 'shell' })).rejects.toThrow('WO-4013')

    const person = await newVisitor(browser)
    const bench = await BenchPage.enter(person.page, product.workshopUrl, mover.email)
    await bench.page.getByText('Lunch is served downstairs').waitFor()
    await bench.page.getByText('new ones cannot be opened').waitFor()
    await say('', '')
    await bench.page.getByText('Lunch is served downstairs').waitFor({ state: 'hidden' })
    await expect.poll(heard, { timeout: 60_000 }).toBeUndefined()
    expect(person.complaints).toEqual([])
    await person.close()
  })

  it('shows a worker that the edited spec asks for, while one looks', async () => {
    const spec = readFileSync(product.specFile, 'utf8')
    expect(spec).toContain('replicas: 2')
    writeFileSync(product.specFile, spec.replace('replicas: 2', 'replicas: 3'))
    await healthy('vibe-worker-3')
    await plan()
      .getByText(/^Done, /)
      .waitFor()
  })

  it('leaves people in the sessions that they have, though their seat has moved', async () => {
    expect(await mover.enter(product.workshopUrl)).toBe(open.worker)
    const terminal = await mover.terminal(open.worker, open.session)
    await terminal.see(/❯/)
    await terminal.close()
  })

  it('brings a deleted app back and says why', async () => {
    const before = await planNumber()
    const answer = await fetch(`${product.emulatorUrl}/api/2.0/apps/vibe-worker-3`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${product.operatorToken}` },
    })
    expect(answer.status).toBe(200)
    await visitor.page.getByRole('button', { name: 'Reconcile now' }).click()
    await expect.poll(planNumber, { timeout: 60_000 }).toBeGreaterThan(before)
    const creation = plan().getByText('vibe-worker-3: create', { exact: true })
    await creation.waitFor()
    await plan().getByText('worker 3 of 3 is not there').waitFor()
    await healthy('vibe-worker-3')
  })

  it('takes a page along to the new seat once the last session there has ended', async () => {
    const person = await newVisitor(browser)
    const bench = await BenchPage.enter(person.page, product.workshopUrl, mover.email)
    expect(bench.origin).toBe(open.worker)
    const refusals: number[] = []
    person.page.on('response', (response) => {
      if (response.status() >= 400) refusals.push(response.status())
    })
    await bench.endAll()
    await person.page.waitForURL((url) => url.hostname.startsWith('vibe-worker-3.'), { timeout: 120_000 })
    // The worker's own word, before the platform lets nobody in any more.
    expect(new Set(refusals)).toEqual(new Set([409]))
    await bench.newSession('Shell', 1)
    await bench.see(1, /❯/)
    await person.close()
  })

  it('never made the page complain', () => {
    expect(visitor.complaints).toEqual([])
  })
})

/** Somebody to whom a third worker gives another seat. */
function firstMover(): string {
  const people = ['ada', 'grace', 'katherine', 'edsger'].map((name) => `${name}@example.com`)
  const names = ['vibe-worker-1', 'vibe-worker-2', 'vibe-worker-3']
  const seats = (count: number) => place({ people, workers: names.slice(0, count), peoplePerWorker: 10 })
  const [before, after] = [seats(2), seats(3)]
  const found = people.find((person) => before.get(person) !== after.get(person))
  if (found === undefined) throw new Error('a third worker moves nobody: add people')
  return found
}
