/** axe-core on what participants and facilitators look at, in light and dark: nothing serious, nothing critical. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { violations } from '../support/axe.ts'
import { BenchPage } from '../support/bench-page.ts'
import { launchBrowser, newVisitor } from '../support/browser.ts'

const product = inject('product')

describe.for(['light', 'dark'] as const)('in %s', (colorScheme) => {
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    browser = await launchBrowser()
    // The pages' own content policy, rightly, keeps a foreign script out.
    page = (await newVisitor(browser, { colorScheme, bypassCSP: true })).page
  })
  afterAll(() => browser?.close())

  it('sign-in and bench are accessible', async () => {
    await page.goto(product.workshopUrl)
    await page.getByRole('button', { name: 'Continue' }).waitFor()
    expect(await violations(page)).toEqual([])
    const bench = await BenchPage.enter(page, product.workshopUrl, 'ada@example.com')
    await bench.startAfresh()
    await bench.newSession('Shell', 1)
    await bench.see(1, /❯/)
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: /^New session/ }).click()
    await page.getByRole('menuitem').first().waitFor()
    expect(await violations(page)).toEqual([])
  })

  it('the control room is accessible', async () => {
    await page.goto(product.controlRoomUrl)
    await page.getByRole('region', { name: 'Fleet' }).getByText('Healthy').first().waitFor()
    for (const name of ['Overview', 'Fleet', 'Plans', 'Activity']) {
      await page.getByRole('navigation', { name: 'Control room' }).getByRole('link', { name }).click()
      await page.getByRole('heading', { level: 1, name }).waitFor()
      expect(await violations(page), name).toEqual([])
    }
  })
})
