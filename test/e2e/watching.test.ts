/** A facilitator looks on at a participant's terminal, both in real browsers: by the owner's leave, by link, without a keyboard. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { watchPath } from '../../contracts/worker-api.ts'
import { violations } from '../support/axe.ts'
import { BenchPage } from '../support/bench-page.ts'
import { launchBrowser, newVisitor, type Visitor } from '../support/browser.ts'

const product = inject('product')
const [ada, grace, edsger] = ['ada@example.com', 'grace@example.com', 'edsger@example.com'] as const

describe('a facilitator', () => {
  let browser: Browser
  let owner: Visitor
  let bench: BenchPage
  let facilitator: Visitor
  let address = ''
  let controlRoom: Page | undefined

  beforeAll(async () => {
    browser = await launchBrowser()
    owner = await newVisitor(browser)
    bench = await BenchPage.enter(owner.page, product.workshopUrl, ada)
    await bench.startAfresh()
    await bench.newSession('Shell', 1)
    await bench.run(1, 'echo be""fore')
    await bench.see(1, /^before$/m)
    address = bench.origin + watchPath(await bench.sessionId(1))
    facilitator = await newVisitor(browser, { viewport: { width: 700, height: 500 }, bypassCSP: true })
    await BenchPage.enter(facilitator.page, product.workshopUrl, edsger)
  })
  afterAll(() => browser?.close())

  const seen = async () =>
    (await facilitator.page.locator('.xterm-rows > div').allTextContents()).map((row) => row.trimEnd()).join('\n')

  it('sees nothing before its owner shows it', async () => {
    await facilitator.page.goto(address)
    await facilitator.page.getByText('There is no session of yours with this id').waitFor()
  })

  it('sees the terminal when its owner does, and the owner sees who looks', async () => {
    await owner.page.getByRole('button', { name: 'More for terminal 1' }).click()
    await owner.page.getByRole('menuitem', { name: 'Show to facilitators' }).click()
    await owner.page.getByText('Facilitators may watch this terminal').waitFor()
    await facilitator.page.goto(address)
    await facilitator.page.getByText(`You see what ${ada} sees`).waitFor()
    await owner.page.getByText(`${edsger} watches this terminal`).waitFor()
    await expect.poll(seen, { timeout: 30_000 }).toMatch(/^before$/m)
    await bench.run(1, 'stty size; echo li""ve')
    const [, rows, cols] = await bench.see(1, /^(\d+) (\d+)\nlive$/m)
    await expect.poll(seen, { timeout: 30_000 }).toMatch(/^live$/m)
    expect(Number(rows) * Number(cols), 'the size of the owner, not of the smaller window').toBeGreaterThan(1_500)
  })

  it('finds it in the control room, if they may see that, and gets there by a click', async () => {
    const room = await facilitator.context.newPage()
    await room.goto(product.controlRoomUrl)
    const shown = room.getByRole('region', { name: 'Shown to facilitators' }).getByRole('listitem')
    // The controller asks the workers every 15 s.
    const watch = shown.filter({ hasText: ada }).getByRole('link', { name: 'Watch' })
    await watch.waitFor({ timeout: 60_000 })
    expect(await violations(room)).toEqual([])
    const opening = facilitator.context.waitForEvent('page')
    await watch.click()
    const opened = await opening
    await opened.getByText(`You see what ${ada} sees`).waitFor()
    expect(opened.url()).toBe(address)
    await opened.close()
    await facilitator.page.bringToFront()
    controlRoom = room
  })

  it('types nothing', async () => {
    await facilitator.page.locator('.xterm-screen').click()
    await facilitator.page.keyboard.type('echo for""ged\n')
    await bench.run(1, 'echo af""ter')
    await bench.see(1, /^after$/m)
    await expect.poll(seen, { timeout: 30_000 }).toMatch(/^after$/m)
    expect(await bench.screen(1)).not.toContain('forged')
  })

  it('is shown out, and another participant never in', async () => {
    const other = await newVisitor(browser)
    await BenchPage.enter(other.page, product.workshopUrl, grace)
    const answer = await other.page.goto(address)
    await other.page.waitForLoadState('networkidle')
    expect([answer?.ok(), await other.page.locator('.xterm-rows').count()]).not.toEqual([true, 1])
    await owner.page.getByRole('button', { name: 'Stop showing' }).click()
    await facilitator.page.getByText('is shown no longer').waitFor()
    await owner.page.getByText(`${edsger} watches`).waitFor({ state: 'detached' })
    await controlRoom
      ?.getByRole('region', { name: 'Shown to facilitators' })
      .waitFor({ state: 'detached', timeout: 60_000 })
  })
})
