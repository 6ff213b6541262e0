/** The terminal in browsers unlike a developer's: a phone, a lost graphics card, a network that swallows WebSockets. */
import { gzipSync } from 'node:zlib'
import { decodeClient } from '@workshop/contracts/terminal-decode'
import type { Browser, Page } from 'playwright-core'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { patienceMs } from '../../console/features/terminal/drawing-choice.ts'
import { BenchPage } from '../support/bench-page.ts'
import { type BrowserWishes, launchBrowser, newVisitor } from '../support/browser.ts'

const product = inject('product')
const browsers: Browser[] = []

afterEach(async () => {
  await Promise.all(browsers.splice(0).map((browser) => browser.close()))
})

/** A shell at its prompt in a fresh browser. */
async function open(email: string, wishes: BrowserWishes, options = {}, prepare?: (page: Page) => Promise<void>) {
  const browser = await launchBrowser(wishes)
  browsers.push(browser)
  const visitor = await newVisitor(browser, options)
  await prepare?.(visitor.page)
  const bench = await BenchPage.enter(visitor.page, product.workshopUrl, email)
  await bench.startAfresh()
  return { visitor, page: visitor.page, bench }
}

const phone = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }

describe('a phone', () => {
  it('types each letter of its keyboard once, and has the keys that its keyboard lacks', async () => {
    const { visitor, page, bench } = await open('katherine@example.com', {}, phone)
    await page
      .getByRole('button', { name: /^New session/ })
      .first()
      .tap()
    await page.getByRole('menuitem', { name: 'Shell' }).tap()
    await bench.see(1, /❯/)
    await bench.pane(1).locator('.xterm-screen').tap()
    const cdp = await visitor.context.newCDPSession(page)
    // What Android keyboards send: no key, code 229, and the text as input.
    const soft = async (text: string) => {
      const key = { windowsVirtualKeyCode: 229, key: 'Unidentified', code: '' }
      await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key })
      await cdp.send('Input.insertText', { text })
      await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key })
    }
    for (const letter of "PS1='$ ';clear") await soft(letter)
    await page.keyboard.press('Enter')
    await bench.see(1, /^\$/m)
    for (const letter of 'echo "so-ft.k,ey;s" ') await soft(letter)
    // A word that the keyboard composes letter by letter and then replaces.
    for (const text of ['s', 'sw', 'swi', 'swip', 'swipe'])
      await cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
    await cdp.send('Input.insertText', { text: 'swiped ' })
    await soft('ä')
    await page.keyboard.press('Enter')
    await bench.see(1, /^so-ft\.k,ey;s swiped ä/m)

    const keys = page.getByRole('toolbar', { name: 'Terminal keys' })
    await soft('echo un')
    await keys.getByRole('button', { name: 'Control C' }).tap()
    await bench.see(1, /echo un\^C/)
    await keys.getByRole('button', { name: 'Up', exact: true }).tap()
    await bench.see(1, /swiped ä\s+\$ echo un\^C\s+\$ echo "so-ft/)
    await keys.getByRole('button', { name: 'Ctrl' }).tap()
    await soft('u')
    await expect.poll(() => bench.screen(1)).toMatch(/\$\s*$/)
    expect(await page.evaluate(() => document.activeElement?.className)).toContain('xterm-helper-textarea')
  })

  it('shows one terminal after the other at its own size, with letters of their size', async () => {
    const { page, bench } = await open('katherine@example.com', {}, phone)
    for (const place of [1, 2]) {
      await page
        .getByRole('button', { name: /^New session/ })
        .first()
        .tap()
      await page.getByRole('menuitem', { name: 'Shell' }).tap()
      await bench.see(place, /❯/)
    }
    await page.reload()
    const sizes = []
    for (const place of [1, 2, 1]) {
      await bench
        .tabs()
        .nth(place - 1)
        .tap()
      await bench.see(place, /❯/)
      const pane = bench.pane(place)
      await pane.locator('.terminal-host:not(.foreign)').waitFor()
      await page.waitForTimeout(300)
      sizes.push(await pane.locator('.xterm-screen').evaluate((screen) => [screen.clientWidth, screen.clientHeight]))
    }
    expect(sizes[0]?.[0]).toBeGreaterThan(300)
    expect(sizes).toEqual([sizes[0], sizes[0], sizes[0]])
  })

  it('has the settings within reach and in view', async () => {
    const { page } = await open('katherine@example.com', {}, phone)
    await page.getByRole('button', { name: /Command palette/ }).tap()
    await page.getByRole('combobox', { name: 'Command' }).fill('settings')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Terminal settings' })
    await dialog.waitFor()
    for (const control of await dialog.locator('button, input').all()) {
      const box = await control.boundingBox()
      expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 999) <= 390).toBe(true)
    }
    await dialog.getByRole('checkbox', { name: /Light background/ }).check()
    expect(await page.evaluate(() => document.documentElement.dataset['term'])).toBe('light')
    await dialog.getByRole('button', { name: 'Done' }).tap()
    await dialog.waitFor({ state: 'detached' })
  })
})

describe('a graphics card', () => {
  it('that is lost takes nothing from the screen', async () => {
    const { page, bench } = await open('edsger@example.com', { webgl: true })
    await page.getByRole('button', { name: /^New session/ }).click()
    await page.getByRole('menuitem', { name: 'Shell' }).click()
    const canvas = bench.pane(1).locator('.xterm-screen canvas').first()
    await canvas.waitFor()
    await bench.type(1, 'clear; echo be""fore')
    await page.keyboard.press('Enter')
    await page.waitForTimeout(500)
    const lost = await bench
      .pane(1)
      .locator('.xterm-screen canvas')
      .evaluateAll((all) => {
        const contexts = all.map((each) => (each as HTMLCanvasElement).getContext('webgl2'))
        for (const context of contexts) context?.getExtension('WEBGL_lose_context')?.loseContext()
        return contexts.filter(Boolean).length
      })
    expect(lost).toBeGreaterThan(0)
    // xterm.js waits some seconds for the context to come back by itself; then the page draws the text.
    await bench.see(1, /^before/m)
    await bench.run(1, 'echo af""ter')
    await bench.see(1, /^after/m)
  })
})

describe('a terminal that WebGL draws', () => {
  it('tells one width only while it begins to draw, at load and each time it is shown', async () => {
    const { page, bench } = await open('edsger@example.com', { webgl: true })
    for (const place of [1, 2]) {
      await page.getByRole('button', { name: /^New session/ }).click()
      await page.getByRole('menuitem', { name: 'Shell' }).click()
      await bench.pane(place).locator('.xterm-screen canvas').first().waitFor()
    }
    await page.getByRole('button', { name: 'One terminal' }).click()
    const widths = new Set<number>()
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => {
        const frame = decodeClient(Buffer.from(payload))
        const size = frame.type === 'hello' ? frame.hello : frame.type === 'resize' ? frame : undefined
        if (size?.visible) widths.add(size.cols)
      })
    })
    // Fast networks bring its code before the terminal connects.
    let held = 0
    await page.route(/webgl.*\.js/, async (route) => {
      held += 1
      await page.waitForTimeout(50)
      await route.continue()
    })
    // How long a page waits for it is drawing-choice.test.ts's affair, and nothing that a slow machine may decide here.
    await page.addInitScript((patienceMs) => {
      const { setTimeout } = window
      const patient = (run: TimerHandler, ms?: number, ...rest: unknown[]) =>
        setTimeout(run, ms === patienceMs ? 20_000 : ms, ...rest)
      Object.assign(window, { setTimeout: patient })
    }, patienceMs)
    await page.reload()
    await bench.pane(1).locator('.xterm-screen canvas').first().waitFor()
    for (const place of [1, 0, 1, 0]) {
      await bench.tabs().nth(place).click()
      await bench
        .pane(place + 1)
        .locator('.xterm-screen canvas')
        .first()
        .waitFor()
      await page.waitForTimeout(500)
      // Its size counts again, so that it fills its frame.
      expect(
        await bench
          .pane(place + 1)
          .locator('.terminal-host.foreign')
          .count(),
      ).toBe(0)
    }
    expect(held).toBeGreaterThan(0)
    expect([...widths]).toHaveLength(1)
  })
})

describe('a slow connection', () => {
  it('brings the bench with a terminal drawn by WebGL in 250 kB of scripts and styles', async () => {
    const { visitor, page, bench } = await open('edsger@example.com', { webgl: true })
    await page.getByRole('button', { name: /^New session/ }).click()
    await page.getByRole('menuitem', { name: 'Shell' }).click()
    await bench.pane(1).locator('.xterm-screen canvas').first().waitFor()
    const again = await visitor.context.newPage()
    const weights = new Map<string, number>()
    again.on('response', async (answer) => {
      const { pathname } = new URL(answer.url())
      if (/\.(js|css)$/.test(pathname)) weights.set(pathname, gzipSync(await answer.body(), { level: 9 }).length)
    })
    await again.goto(page.url())
    await new BenchPage(again).pane(1).locator('.xterm-screen canvas').first().waitFor()
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
    expect(total, JSON.stringify([...weights], undefined, 1)).toBeLessThan(250_000)
    expect(total).toBeGreaterThan(150_000)
  })
})

describe('a network that swallows WebSockets', () => {
  it('is found out and said, and the terminal works', async () => {
    const swallow = async (page: Page) => {
      // They open, and then nothing comes.
      await page.routeWebSocket(/\/terminal$/, () => undefined)
    }
    const { bench } = await open('ada@example.com', {}, {}, swallow)
    await bench.newSession('Shell', 1)
    await bench.pane(1).getByText('over plain requests').waitFor()
    await bench.see(1, /❯/)
    await bench.run(1, 'clear; seq 1 5000 | md5sum')
    await bench.see(1, /^[0-9a-f]{32}/m)
  })
})
