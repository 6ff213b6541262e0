/** A terminal on networks as they are: 100 ms away, and where no WebSocket gets through. */
import type { Browser, Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { BenchPage } from '../support/bench-page.ts'
import { launchBrowser, newVisitor, type Visitor } from '../support/browser.ts'

const product = inject('product')
/** Each way, ms. */
const oneWay = 60

describe('a participant with a bad network', () => {
  let browser: Browser
  let visitor: Visitor
  let bench: BenchPage
  let page: Page

  beforeAll(async () => {
    browser = await launchBrowser()
    visitor = await newVisitor(browser)
    page = visitor.page
    await page.routeWebSocket(/\/terminal$/, (socket) => {
      const server = socket.connectToServer()
      socket.onMessage((message) => setTimeout(() => server.send(message), oneWay))
      server.onMessage((message) => setTimeout(() => socket.send(message), oneWay))
    })
    bench = await BenchPage.enter(page, product.workshopUrl, 'katherine@example.com')
    await bench.startAfresh()
    await bench.newSession('Shell', 1)
    await bench.see(1, /❯/)
  })
  afterAll(async () => {
    await proxy({ refuseWebSockets: false })
    await browser?.close()
  })

  /** What stands over the terminal, without the cursor. */
  const foretold = () =>
    page
      .locator('.foretold span:not(.foretold-cursor)')
      .allTextContents()
      .then((texts) => texts.join('').trim())
  /** Presses a key and reads the layer in the next frame, long before an answer. */
  const press = async (key: string) => {
    await page.keyboard.press(key)
    await page.evaluate(() => new Promise(requestAnimationFrame))
    return foretold()
  }

  it('sees what is typed before the worker answers, and the real thing after', async () => {
    await bench.type(1, '')
    // The round trip is measured by then, and the next line shows what the prompt does.
    await page.keyboard.press('Enter')
    await page.waitForTimeout(1_000)
    await page.keyboard.type('echo warm up', { delay: 60 })
    await page.keyboard.press('Enter')
    // Nothing is foretold before the prompt stands.
    await bench.see(1, /^warm up\s[\s\S]*❯\s*$/m)
    await page.waitForTimeout(300)
    expect(await press('e')).toContain('e')
    await page.keyboard.type('cho early', { delay: 20 })
    expect(await foretold()).not.toBe('')
    await bench.see(1, /❯ echo early/)
    await page.waitForTimeout(300)
    expect(await foretold()).toBe('')
    await page.keyboard.press('Enter')
    await bench.see(1, /^early/m)
  })

  it('never sees a password, not even for a frame', async () => {
    await bench.type(1, '')
    await page.keyboard.press('Control+u')
    await bench.run(1, 'read -s -p "Password: " secret; echo -n "$secret" | wc -c | sed "s/$/ letters/"')
    await bench.see(1, /^Password:$/m)
    for (const key of 'hunter2') expect(await press(key)).toBe('')
    await page.keyboard.press('Enter')
    await bench.see(1, /7 letters/)
  })

  it('drops a file on the terminal and finds its path typed', async () => {
    await bench.type(1, 'cat ')
    await bench
      .pane(1)
      .locator('.terminal-host')
      .evaluate((element) => {
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(new File(['forty-two beans'], 'bean count.txt'))
        element.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
      })
    await bench.see(1, /cat '.*bean count\.txt'/)
    await page.keyboard.press('Enter')
    await bench.see(1, /^forty-two beans/m)
  })

  it('keeps a line that a resize would cut while the guide is on its way, says when it cannot come, and tries again', async () => {
    const line = 'wide'.repeat(20)
    await bench.run(1, `clear; echo -n ${line}; read stay`)
    await bench.see(1, new RegExp(`^${line}`, 'm'))
    let arrives: () => void = () => {}
    const late = new Promise<void>((resolve) => {
      arrives = resolve
    })
    await page.route('**/api/guide', async (route) => {
      await late
      await route.continue()
    })
    await page.reload()
    await bench.see(1, /wide/)
    await bench.guide.getByRole('status', { name: 'Loading the guide' }).waitFor()
    arrives()
    await bench.guide.getByRole('heading', { name: 'Data pipeline' }).waitFor()
    await bench.see(1, new RegExp(`^${line}`, 'm'))
    await page.unroute('**/api/guide')
    await page.route('**/api/guide', (route) => route.fulfill({ status: 503, body: '' }))
    await page.reload()
    await bench.see(1, new RegExp(`^${line}`, 'm'))
    await bench.guide.getByRole('button', { name: 'Retry' }).waitFor()
    await page.unroute('**/api/guide')
    await bench.guide.getByRole('heading', { name: 'Data pipeline' }).waitFor()
    await bench.run(1, '')
    await bench.see(1, /❯\s*$/)
  })

  it('says that the platform lets it in no more, and without a terminal goes through the hub, once', async () => {
    const closed = (route: Route) => route.fulfill({ status: 403, contentType: 'text/html', body: 'Permission Denied' })
    const worker = `${bench.origin}/`
    await page.route('**/api/{me,sessions}', closed)
    const told = page.getByRole('alert').filter({ hasText: 'Not open to this account' })
    await told.getByRole('link', { name: 'Go there' }).waitFor()
    await page.waitForTimeout(9_000)
    expect(page.url()).toBe(worker)
    await page.unroute('**/api/{me,sessions}')
    await told.waitFor({ state: 'detached' })

    await bench.endAll()
    await page.getByText('No sessions yet').waitFor()
    await page.route('**/api/{me,sessions}', closed)
    await page.waitForRequest((request) => new URL(request.url()).hostname.startsWith('vibe-hub.'))
    await page.getByRole('heading', { name: 'Not open to this account' }).waitFor()
    expect(page.url()).toBe(worker)
    await page.unroute('**/api/{me,sessions}')
    await bench.newSession('Shell', 1)
    await bench.see(1, /❯/)
  })

  it('goes on over plain requests where WebSockets are refused, says so, and types every key once', async () => {
    await proxy({ refuseWebSockets: true })
    await page.reload()
    await bench.ready()
    await bench.pane(1).getByText('over plain requests').waitFor()
    const line = 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(3)
    await bench.run(1, `clear; echo -n ${line} | md5sum`)
    await bench.see(1, /32e09b3cd0b7182c966725a100e56744/)
    await bench.run(1, 'seq 1 20000 | md5sum; seq 1 3000 | tail -1')
    await bench.see(1, /^3000/m)
  })
})

async function proxy(settings: { readonly refuseWebSockets: boolean }): Promise<void> {
  const answer = await fetch(`${product.emulatorUrl}/__emulator/proxy`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  })
  expect(answer.status).toBe(200)
}
