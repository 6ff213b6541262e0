/** The terminal as a person uses it, in a real browser: search, settings, input methods, copy, paste, restart, reconnect. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { violations } from '../support/axe.ts'
import { BenchPage } from '../support/bench-page.ts'
import { launchBrowser, newVisitor, type Visitor } from '../support/browser.ts'

const product = inject('product')

describe('a terminal in the browser', () => {
  let browser: Browser
  let visitor: Visitor
  let bench: BenchPage
  let page: Page

  beforeAll(async () => {
    browser = await launchBrowser()
    visitor = await newVisitor(browser, { bypassCSP: true })
    page = visitor.page
    bench = await BenchPage.enter(page, product.workshopUrl, 'grace@example.com')
    await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: bench.origin })
    await bench.startAfresh()
    await bench.newSession('Shell', 1)
    await bench.see(1, /❯/)
    await bench.run(1, "PS1='$ '; clear")
    await bench.see(1, /^\$/)
  })
  afterAll(() => browser?.close())

  const leader = async (key: string) => {
    await page.keyboard.press('Control+Shift+Space')
    await page.keyboard.press(key)
  }
  const focusTerminal = () => bench.pane(1).locator('.xterm-screen').click()
  const settings = () => page.getByRole('dialog', { name: 'Terminal settings' })

  it('finds text, counts the matches, goes to the next and the one before', async () => {
    await bench.run(1, 'clear; for i in 1 2 3 4 5; do echo needle-$i; done; echo hay')
    await bench.see(1, /^hay/m)
    await leader('f')
    await page.getByLabel('Find in output').fill('needle-')
    const status = bench.pane(1).getByRole('search').getByRole('status')
    const at = (place: number) => expect.poll(() => status.textContent()).toBe(`${place} of 5`)
    await at(1)
    await page.keyboard.press('Enter')
    await at(2)
    await page.keyboard.press('Shift+Enter')
    await at(1)
    // Where it stands outlives a change of height, which takes the selection from xterm.js.
    const rows = () => bench.pane(1).locator('.xterm-rows > div').count()
    const before = { rows: await rows(), size: page.viewportSize() ?? { width: 1280, height: 720 } }
    await page.setViewportSize({ ...before.size, height: before.size.height - 90 })
    await expect.poll(rows).toBeLessThan(before.rows)
    await page.waitForTimeout(500)
    await at(1)
    await page.keyboard.press('Enter')
    await at(2)
    await page.setViewportSize(before.size)
    await page.getByLabel('Find in output').fill('no such thing')
    await expect.poll(() => status.textContent()).toBe('not found')
    await page.keyboard.press('Escape')
    await page.getByLabel('Find in output').waitFor({ state: 'detached' })
  })

  it('copies what is selected', async () => {
    await bench.run(1, 'clear; echo cop""yme')
    await bench.see(1, /^copyme/m)
    const row = bench
      .pane(1)
      .locator('.xterm-rows > div', { hasText: /^copyme/ })
      .first()
    const box = await row.boundingBox()
    await page.mouse.dblclick((box?.x ?? 0) + 20, (box?.y ?? 0) + 8)
    await page.keyboard.press('Control+Shift+C')
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('copyme')
  })

  it('asks before it pastes many lines into a program that would run each', async () => {
    await bench.run(1, 'clear; echo ready; cat')
    await bench.see(1, /^ready/m)
    await focusTerminal()
    await pasteInto(bench, { text: 'one\ntwo\nthree' })
    const question = page.getByRole('dialog', { name: 'Paste 3 lines?' })
    await question.waitFor()
    expect(await bench.screen(1)).not.toContain('two')
    await question.getByRole('button', { name: 'Paste' }).click()
    await bench.see(1, /one\s+two/)
    await page.keyboard.press('Control+c')
    await bench.see(1, /\$ ?$/m)
  })

  it('asks before it pastes a line that a program that reads whole lines would not get whole', async () => {
    await bench.run(1, 'clear; echo ready; cat | wc -c')
    await bench.see(1, /^ready/m)
    await focusTerminal()
    await pasteInto(bench, { text: 'x'.repeat(4_096) })
    const question = page.getByRole('dialog', { name: 'Paste 1 line?' })
    await question.getByText(/Line 1 is too long .* 4095 bytes/).waitFor()
    expect(await violations(page)).toEqual([])
    await question.getByRole('button', { name: 'Cancel' }).click()
    await question.waitFor({ state: 'detached' })
    // One byte less is not asked about, and the program does get all of it.
    await pasteInto(bench, { text: 'y'.repeat(4_095) })
    await bench.see(1, /y{60}/)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+d')
    await bench.see(1, /^4096$/m)
    await pasteInto(bench, { text: `clear; echo ${'z'.repeat(5_000)} | wc -c` })
    await page.keyboard.press('Enter')
    await bench.see(1, /^5001$/m)
  })

  it('brings a picture of the clipboard to the session and types its path', async () => {
    await bench.type(1, 'ls -s ')
    await pasteInto(bench, { picture: 200_000 })
    await bench.see(1, /pasted-\d{6}\.png/)
    await page.keyboard.press('Enter')
    await bench.see(1, /^\s*(196|200)\s.*pasted-\d{6}\.png/m)
  })

  it('takes each character of an input method once, whatever was composed before', async () => {
    await bench.run(1, 'clear; stty -echo; cat > ime.txt')
    await page.waitForTimeout(300)
    const cdp = await visitor.context.newCDPSession(page)
    const compose = async (...steps: string[]) => {
      for (const text of steps)
        await cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
    }
    await compose('k', 'か', 'かn', 'かん', 'かんじ', '漢字')
    await cdp.send('Input.insertText', { text: '漢字' })
    await page.keyboard.type('-abc-')
    await compose('´')
    await cdp.send('Input.insertText', { text: 'é' })
    await compose('n', 'ni', 'nih', 'niha', 'nihao')
    await cdp.send('Input.insertText', { text: '你好' })
    await compose('가', '간')
    await cdp.send('Input.insertText', { text: '간' })
    // Given up: nothing of it may arrive.
    await compose('x', 'xy')
    await cdp.send('Input.imeSetComposition', { text: '', selectionStart: 0, selectionEnd: 0 })
    await cdp.send('Input.insertText', { text: '。' })
    await page.waitForTimeout(300)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+d')
    await page.waitForTimeout(500)
    await page.keyboard.insertText('stty echo; cat ime.txt; echo en""d')
    await page.keyboard.press('Enter')
    await bench.see(1, /^end/m)
    expect(await bench.screen(1)).toMatch(/^漢字-abc-é你好간。$/m)
  })

  it('runs a command of the guide as a whole when the shell restarts under it', async () => {
    await bench.run(1, 'exit')
    await bench.pane(1).getByRole('button', { name: 'Restart' }).waitFor()
    const card = bench.guide.getByRole('figure', { name: 'Shell command' }).first()
    await bench.pane(1).getByRole('button', { name: 'Restart' }).click()
    // As soon as the page offers it: the terminal is still being connected.
    await card.getByRole('button', { name: /^Run in/ }).click()
    await bench.see(1, /"userName":\s*"\w+@example\.com"/)
  })

  it('says that it comes back, keeps what is typed, and comes back', async () => {
    await bench.run(1, "PS1='$ '; clear")
    await bench.see(1, /^\$/)
    await proxy({ refuseWebSockets: true })
    await cutWebSockets()
    await bench
      .pane(1)
      .getByText(/^Reconnecting/)
      .first()
      .waitFor()
    await focusTerminal().catch(() => undefined)
    await page.keyboard.type('echo ke""pt')
    await page.keyboard.press('Enter')
    await proxy({ refuseWebSockets: false })
    await bench.see(1, /^kept/m)
    expect((await bench.screen(1)).match(/^kept/gm)).toHaveLength(1)
  })

  it('has letters of the size that was chosen, by keyboard, also after a reload', async () => {
    await focusTerminal()
    const columns = async () => {
      await bench.run(1, 'clear; echo size $(stty size)')
      return Number((await bench.see(1, /size \d+ (\d+)/))[1])
    }
    const before = await columns()
    await leader(',')
    await settings().waitFor()
    const larger = settings().getByRole('button', { name: 'Larger letters' })
    await larger.focus()
    for (let presses = 0; presses < 4; presses += 1) await page.keyboard.press('Enter')
    expect(await settings().getByText('18 px').count()).toBe(1)
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await settings().waitFor({ state: 'detached' })
    await expect.poll(columns, { timeout: 30_000 }).toBeLessThan(before)
    await page.reload()
    await bench.ready()
    await bench.see(1, /size/)
    expect(await columns()).toBeLessThan(before)
    await leader(',')
    await settings().getByRole('button', { name: 'As usual' }).click()
    await page.keyboard.press('Escape')
    await expect.poll(columns, { timeout: 30_000 }).toBe(before)
  })

  it('is read aloud when that was chosen, and stays accessible', async () => {
    await leader(',')
    await settings()
      .getByRole('checkbox', { name: /Screen reader/ })
      .check()
    await settings().getByRole('button', { name: 'Done' }).click()
    await focusTerminal()
    await page.keyboard.type('clear; echo spo""ken', { delay: 5 })
    await page.keyboard.press('Enter')
    const tree = bench.pane(1).locator('.xterm-accessibility-tree')
    await tree.getByText('spoken', { exact: true }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.reload()
    await bench.ready()
    await tree.getByText('spoken', { exact: true }).waitFor()
    await leader(',')
    await settings()
      .getByRole('checkbox', { name: /Screen reader/ })
      .uncheck()
    await page.keyboard.press('Escape')
    await tree.waitFor({ state: 'detached' })
  })

  it('made no page complain', () => {
    expect(visitor.complaints.filter((line) => !/WebSocket|ERR_/.test(line))).toEqual([])
  })
})

function pasteInto(bench: BenchPage, what: { readonly text?: string; readonly picture?: number }): Promise<void> {
  return bench
    .pane(1)
    .locator('textarea')
    .evaluate((element, { text, picture }) => {
      const clipboardData = new DataTransfer()
      if (text !== undefined) clipboardData.setData('text/plain', text)
      if (picture !== undefined)
        clipboardData.items.add(new File([new Uint8Array(picture)], 'image.png', { type: 'image/png' }))
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    }, what)
}

async function emulator(path: string, body: object): Promise<void> {
  const answer = await fetch(`${product.emulatorUrl}/__emulator/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.status, await answer.text()).toBeLessThan(300)
}
const proxy = (settings: { readonly refuseWebSockets: boolean }) => emulator('proxy', settings)
const cutWebSockets = () => emulator('proxy/cut-websockets', {})
