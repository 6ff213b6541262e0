/** What the person, or an agent that was talked into something, can and cannot do from inside a session. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { BenchPage } from '../support/bench-page.ts'
import { launchBrowser, newVisitor } from '../support/browser.ts'

const product = inject('product')
const katherine = 'katherine@example.com'
const folder = `/Workspace/Users/${katherine}/hello`

describe('a shell session', () => {
  let browser: Browser
  let bench: BenchPage

  beforeAll(async () => {
    browser = await launchBrowser()
    bench = await BenchPage.enter((await newVisitor(browser)).page, product.workshopUrl, katherine)
    await bench.startAfresh()
    await bench.newSession('Shell', 1)
    await bench.see(1, /❯/)
  })
  afterAll(() => browser?.close())

  let count = 0
  /** Runs a line on a cleared screen; gives what it printed, folded rows joined. The sum keeps the line itself from looking done. */
  async function run(line: string): Promise<string> {
    count += 1
    await bench.run(1, `clear; ${line}; echo; echo "[done $((${count - 1} + 1))]"`)
    const [, printed = ''] = await bench.see(1, new RegExp(`^([\\s\\S]*?)\\[done ${count}\\]`))
    return printed.replaceAll('\n', '')
  }
  const call = (method: string, path: string, rest = '') =>
    `curl -sS -o answer.txt -w '%{http_code} ' -X ${method} -H "Authorization: Bearer $DATABRICKS_TOKEN" "$DATABRICKS_HOST${path}" ${rest}; head -c 900 answer.txt`

  it('is that participant to a Databricks SDK', async () => {
    const answer = await run(call('GET', '/api/2.0/preview/scim/v2/Me'))
    expect(answer).toContain('200')
    expect(answer).toContain(katherine)
  })

  it('holds no token of the workspace', async () => {
    const environment = await run('env | cut -d= -f1 | sort | tr "\\n" " "')
    expect(environment).toContain('DATABRICKS_TOKEN')
    expect(environment).not.toMatch(/CLIENT_SECRET|CLIENT_ID|CLAUDE_API_TOKEN|PAT\b/)
    const status = await run(
      `curl -sS -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $DATABRICKS_TOKEN" ${product.emulatorUrl}/api/2.0/preview/scim/v2/Me`,
    )
    expect(status).toMatch(/40[13]/)
  })
  it('gets nothing from its own worker by forging who it is', async () => {
    const state = await (await fetch(`${product.emulatorUrl}/__emulator/state`)).json()
    const app = (state as { apps: { name: string; port: number }[] }).apps.find(({ name }) =>
      bench.origin.includes(name),
    )
    const forged = [
      'X-Forwarded-Email: ada@example.com',
      'X-Forwarded-User: ada@example.com',
      `Host: ${new URL(bench.origin).host}`,
    ]
    const headers = forged.map((header) => `-H '${header}'`).join(' ')
    for (const path of ['/api/sessions', '/api/me', '/healthz', '/']) {
      const answer = await run(`curl -sS -w ' %{http_code}' ${headers} http://127.0.0.1:${app?.port}${path}`)
      expect(answer, path).toMatch(/"WO-4010".* 401/s)
      expect(answer, path).not.toContain('ada@')
    }
  })

  it('is refused what the workshop does not need', async () => {
    for (const [method, path] of [
      ['POST', '/api/2.0/token/create'],
      ['GET', '/api/2.0/secrets/scopes/list'],
      ['GET', '/api/2.0/secrets/get?scope=vibe-workshop&key=claude-api-token'],
      ['PUT', '/api/2.0/permissions/apps/vibe-hub'],
    ] as const) {
      const answer = await run(call(method, path))
      expect(answer, `${method} ${path}`).toMatch(/403|404/)
    }
  })

  it('uploads files and deploys an app as that participant', async () => {
    const server = `require("http").createServer((q, a) => a.end("Hello from " + 6 * 7)).listen(process.env.DATABRICKS_APP_PORT)`
    await run(`echo 'command: [node, server.js]' > app.yaml; echo '${server}' > server.js`)
    expect(await run(call('POST', '/api/2.0/workspace/mkdirs', `-d '{"path":"${folder}"}'`))).toMatch(/^200/)
    for (const file of ['app.yaml', 'server.js']) {
      const path = `/api/2.0/workspace-files/import-file/${encodeURIComponent(`${folder}/${file}`)}?overwrite=true`
      expect(await run(call('POST', path, `--data-binary @${file}`)), file).toMatch(/^200/)
    }
    expect(await run(call('POST', '/api/2.0/apps', `-d '{"name":"katherine-hello"}'`))).toMatch(/^200/)
    await comes('/api/2.0/apps/katherine-hello', '"state":"ACTIVE"')
    const source = `-d '{"mode":"SNAPSHOT","source_code_path":"${folder}"}'`
    expect(await run(call('POST', '/api/2.0/apps/katherine-hello/deployments', source))).toMatch(/^200/)
    await comes('/api/2.0/apps/katherine-hello', '"state":"SUCCEEDED"')

    const visit = await browser.newPage()
    await visit.goto(product.workshopUrl.replace('vibe-hub', 'katherine-hello'))
    await visit.getByRole('radio', { name: katherine }).check()
    await visit.getByRole('button', { name: 'Continue' }).click()
    await visit.getByText('Hello from 42').waitFor()
  })

  /** Asks in the session until the answer holds `text`. */
  async function comes(path: string, text: string): Promise<void> {
    const ask = `curl -sS -H "Authorization: Bearer $DATABRICKS_TOKEN" "$DATABRICKS_HOST${path}"`
    await run(`for i in $(seq 300); do ${ask} > answer.txt; grep -qF '${text}' answer.txt && break; sleep 0.1; done`)
    expect(await run('cat answer.txt')).toContain(text)
  }
})
