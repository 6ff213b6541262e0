/** Uploads as somebody who means harm would send them: nothing lands outside the folder, nothing is overwritten. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { uploadLimits } from '@workshop/contracts/worker-api'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { aFleet } from '../fleet/fleet.fixture.ts'
import { startTestApp } from './app.fixture.ts'

const ada = 'ada@example.com'
const bytes = { 'content-type': 'application/octet-stream' }

describe('a file for a session', () => {
  let app: Awaited<ReturnType<typeof startTestApp>>
  let root: string
  let folder: string
  let session: string

  beforeAll(async () => {
    app = await startTestApp({ fleet: aFleet({ workers: aFleet().workers.slice(0, 1) }) })
    root = mkdtempSync(join(tmpdir(), 'uploads-'))
    const created = await app.call(ada, '/api/sessions', { method: 'POST', body: '{"agent":"shell"}' })
    session = ((await created.json()) as { id: string }).id
  })
  afterAll(async () => {
    await app.close()
    rmSync(root, { recursive: true })
  })
  beforeEach(() => {
    folder = mkdtempSync(join(root, 'session-'))
    app.launcher.uploadFolder = folder
  })

  const put = (name: string, body: string | Uint8Array<ArrayBuffer> = 'x', more: object = {}) =>
    app.call(ada, `/api/sessions/${session}/files/${name}`, { method: 'PUT', body, headers: bytes, ...more })

  it('is kept byte for byte and named as the session sees it', async () => {
    const body = Uint8Array.from({ length: 100_000 }, (_, at) => at % 256)
    const answer = await put('sales%20%C3%BCber.csv', body)
    expect(answer.status).toBe(201)
    expect(await answer.json()).toEqual({ path: '/uploads/sales über.csv', size: 100_000 })
    expect(readFileSync(join(folder, 'sales über.csv')).equals(body)).toBe(true)
  })

  it('never overwrites: a taken name gets a number, in whatever case it comes', async () => {
    await put('a.png', 'first')
    expect(await (await put('a.png', 'second')).json()).toMatchObject({ path: '/uploads/a-2.png' })
    expect(await (await put('A.PNG', 'third')).json()).toMatchObject({ path: '/uploads/A-3.PNG' })
    expect(readFileSync(join(folder, 'a.png'), 'utf8')).toBe('first')
  })

  it.for([
    ['the folder above', '..%2Fevil'],
    ['the folder above, encoded twice', '%252e%252e%252fevil'],
    ['the folder itself', '.'],
    ['an absolute path', '%2Fetc%2Fcron.d%2Fevil'],
    ['a path with backslashes', '..%5Cevil'],
    ['a NUL', 'a%00.png'],
    ['a line end', 'a%0Ab'],
    ['an escape sequence', 'a%1B%5B31m'],
    ['a mark that turns the reading direction', 'a%E2%80%AEgnp.exe'],
    ['a hidden file', '.bashrc'],
    ['an option', '-rf'],
    ['4 KB of name', 'a'.repeat(4_096)],
  ] as const)('is refused under %s', async ([, name]) => {
    const answer = await put(name)
    if (answer.status === 201)
      expect(await answer.json()).toMatchObject({ path: expect.stringMatching(/^\/uploads\/[^/]+$/) })
    else expect([400, 404, 414]).toContain(answer.status)
    expect(readdirSync(root).filter((entry) => !entry.startsWith('session-'))).toEqual([])
    for (const entry of readdirSync(folder)) expect(entry).toMatch(/^[^/\\.][^/\\]*$/)
  })

  it('does not follow a link out, neither as name nor as folder', async () => {
    const victim = join(root, 'session-victim')
    mkdirSync(victim, { recursive: true })
    writeFileSync(join(victim, 'secret'), 'untouched')
    symlinkSync(join(victim, 'secret'), join(folder, 'notes.md'))
    expect((await put('notes.md', 'evil')).status).toBe(201)
    expect(readFileSync(join(victim, 'secret'), 'utf8')).toBe('untouched')
    app.launcher.uploadFolder = join(root, 'session-link')
    symlinkSync(victim, app.launcher.uploadFolder)
    expect((await put('evil.txt')).status).toBe(500)
    expect(readdirSync(victim)).toEqual(['secret'])
  })

  it('is refused when it is too large, said or unsaid, and leaves nothing behind', async () => {
    const large = new Uint8Array(uploadLimits.maxFile + 1)
    expect(
      await put('said.bin', large).then(
        ({ status }) => status,
        () => 'cut',
      ),
    ).not.toBe(201)
    const unsaid = new ReadableStream({
      start(controller) {
        for (let at = 0; at < large.length; at += 1_048_576) controller.enqueue(large.subarray(at, at + 1_048_576))
        controller.close()
      },
    })
    expect(
      await put('unsaid.bin', '', { duplex: 'half', body: unsaid }).then(
        ({ status }) => status,
        () => 'cut',
      ),
    ).not.toBe(201)
    expect(readdirSync(folder)).toEqual([])
  })

  it('is refused when the session has files enough', async () => {
    for (let at = 0; at < uploadLimits.maxFiles; at++) writeFileSync(join(folder, `tiny-${at}`), '')
    const answer = await put('one-more.txt')
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ error: { code: 'WO-4021' } })
  })

  it('leaves nothing when the sender goes away in the middle', async () => {
    const socket = connect(app.port, '127.0.0.1')
    const headers = { ...app.headersOf(ada), origin: app.origin, host: 'x', ...bytes, 'content-length': '1000000' }
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    socket.write(`PUT /api/sessions/${session}/files/half.bin HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\nhalf`)
    await until(() => readdirSync(folder).length === 1)
    socket.destroy()
    await until(() => readdirSync(folder).length === 0)
    expect((await put('after.txt')).status).toBe(201)
  })

  it.for([
    ['somebody else', { email: 'grace@example.com' }, 404],
    ['a page of another site', { headers: { origin: 'https://evil.example' } }, 403],
    ['no page at all', { headers: { 'sec-fetch-site': 'cross-site' } }, 403],
    ['a form', { headers: { 'content-type': 'multipart/form-data; boundary=x' } }, 400],
  ] as const)(
    'is refused from %s',
    async ([, { email = ada, headers = {} }, status]: readonly [
      string,
      { email?: string; headers?: Record<string, string> },
      number,
    ]) => {
      const answer = await app.call(email, `/api/sessions/${session}/files/a.txt`, {
        method: 'PUT',
        body: 'x',
        headers: { ...bytes, ...headers },
      })
      expect(answer.status).toBe(status)
      expect(readdirSync(folder)).toEqual([])
    },
  )
})

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 5_000
  while (!holds()) {
    if (Date.now() > end) throw new Error('never came true')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
