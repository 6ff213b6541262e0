import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, startBench } from '../testing/client.ts'
import { classify } from './workspace-contents.ts'

let bench: Bench
let ann: string
let bob: string
beforeEach(async () => {
  bench = await startBench()
  ann = bench.tokenOf('ann@example.org')
  bob = bench.tokenOf('bob@example.org')
})
afterEach(() => bench.close())

const home = '/Workspace/Users/ann@example.org'
const importFile = (path: string, text: string, token: string, overwrite = false) =>
  bench.post(`/api/2.0/workspace-files/import-file/${encodeURIComponent(path.slice(1))}?overwrite=${overwrite}`, text, {
    token,
  })
const status = (path: string, token: string) =>
  bench.get(`/api/2.0/workspace/get-status?path=${encodeURIComponent(path)}`, { token })

describe('workspace files', () => {
  it('are written and read byte for byte, whatever the name', async () => {
    const path = `${home}/notes & plänes 100%.txt`
    expect((await importFile(path, 'hélló\n', ann)).status).toBe(200)
    const direct = await bench.get(
      `/api/2.0/workspace/export?path=${encodeURIComponent(path)}&direct_download=true&format=AUTO`,
      { token: ann },
    )
    expect(direct.text).toBe('hélló\n')
    const raw = await bench.get(`/api/2.0/workspace-files/${encodeURIComponent(path.slice(1))}`, { token: ann })
    expect(raw.text).toBe('hélló\n')
    const encoded = await bench.get(`/api/2.0/workspace/export?path=${encodeURIComponent(path)}`, { token: ann })
    expect(encoded.json).toEqual({ content: Buffer.from('hélló\n').toString('base64'), file_type: 'txt' })
  })

  it('have ids above 2^53 that survive, and answer under the spelling of the question', async () => {
    await importFile(`${home}/a.txt`, 'a', ann)
    const found = await status(`${home}/a.txt`, ann)
    expect(found.json).toMatchObject({ object_type: 'FILE', path: `${home}/a.txt`, size: 1 })
    expect(typeof found.json.object_id).toBe('bigint')
    expect((await status('/Users/ann@example.org/a.txt', ann)).json.path).toBe('/Users/ann@example.org/a.txt')
    const permissions = await bench.get(`/api/2.0/permissions/files/${found.json.object_id}`)
    expect(permissions.json.object_id).toBe(`/files/${found.json.object_id}`)
  })

  it.for([
    [
      'a file that is there',
      () => importFile(`${home}/a.txt`, 'b', ann),
      409,
      'File already exists at (/Users/ann@example.org/a.txt).',
    ],
    [
      'a folder that is not',
      () => importFile(`${home}/no/a.txt`, 'b', ann),
      404,
      'The parent folder (/Users/ann@example.org/no) does not exist.',
    ],
    ['a path with dots', () => importFile(`${home}/../bob@example.org/a`, 'b', ann), 400, 'must not hold . or ..'],
    [
      'a foreign home',
      () => importFile('/Workspace/Users/bob@example.org/a', 'b', ann),
      403,
      'does not have CAN_MANAGE',
    ],
  ] as const)('import-file refuses %s', async ([, run, code, message]) => {
    await importFile(`${home}/a.txt`, 'a', ann)
    expect(await run()).toMatchObject({ status: code, json: { message: expect.stringContaining(message) } })
  })

  it('take imports as JSON and as a multipart form', async () => {
    const content = Buffer.from('x').toString('base64')
    const body = { path: `${home}/x.txt`, content, format: 'AUTO' }
    expect((await bench.post('/api/2.0/workspace/import', body, { token: ann })).json).toEqual({})
    const again = await bench.post('/api/2.0/workspace/import', body, { token: ann })
    expect([again.status, again.json.error_code]).toEqual([400, 'RESOURCE_ALREADY_EXISTS'])
    const field = (name: string, value: string) =>
      `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
    const file = '--b\r\nContent-Disposition: form-data; name="content"; filename="y"\r\n\r\nwhy\r\n--b--\r\n'
    const form = field('path', `${home}/y.txt`) + field('format', 'AUTO') + field('overwrite', 'true') + file
    const headers = { 'content-type': 'multipart/form-data; boundary=b' }
    expect((await bench.post('/api/2.0/workspace/import', form, { token: ann, headers })).status).toBe(200)
    const back = await bench.get(`/api/2.0/workspace/export?path=${home}/y.txt&direct_download=true`, { token: ann })
    expect(back.text).toBe('why')
  })

  it('list a folder, a file as itself, and nothing as {}', async () => {
    await bench.post('/api/2.0/workspace/mkdirs', { path: `${home}/a/b` }, { token: ann })
    await importFile(`${home}/a/f`, '', ann)
    const list = async (path: string) => (await bench.get(`/api/2.0/workspace/list?path=${path}`, { token: ann })).json
    expect((await list(`${home}/a`)).objects.map((o: { path: string }) => o.path)).toEqual([
      `${home}/a/b`,
      `${home}/a/f`,
    ])
    expect((await list(`${home}/a/f`)).objects).toHaveLength(1)
    expect(await list(`${home}/a/b`)).toEqual({})
    expect((await list(`${home}/zzz`)).message).toBe("Path (/Users/ann@example.org/zzz) doesn't exist.")
  })

  it('are deleted with their folder only when told so; homes never', async () => {
    await bench.post('/api/2.0/workspace/mkdirs', { path: `${home}/a/b` }, { token: ann })
    const remove = (body: object) => bench.post('/api/2.0/workspace/delete', body, { token: ann })
    expect((await remove({ path: `${home}/a` })).json.error_code).toBe('DIRECTORY_NOT_EMPTY')
    expect((await remove({ path: `${home}/a`, recursive: true })).status).toBe(200)
    expect((await status(`${home}/a/b`, ann)).status).toBe(404)
    expect((await remove({ path: home, recursive: true })).json.error_code).toBe('DIRECTORY_PROTECTED')
  })

  it('in a home are private until granted on a folder, and then for all below it', async () => {
    await bench.post('/api/2.0/workspace/mkdirs', { path: `${home}/shared/deep` }, { token: ann })
    await importFile(`${home}/shared/deep/f`, 'f', ann)
    const file = `${home}/shared/deep/f`
    expect((await status(file, bob)).status).toBe(403)
    expect((await bench.get('/api/2.0/workspace/list?path=/Users', { token: bob })).text).not.toContain('ann@')
    const folder = (await status(`${home}/shared`, ann)).json.object_id
    const grant = (level: string, token: string) =>
      bench.send('PATCH', `/api/2.0/permissions/directories/${folder}`, {
        token,
        body: { access_control_list: [{ group_name: 'builders', permission_level: level }] },
      })
    expect((await grant('CAN_READ', bob)).status).toBe(403)
    expect((await grant('CAN_READ', ann)).status).toBe(200)
    expect((await status(file, bob)).status).toBe(200)
    expect((await importFile(file, 'g', bob, true)).status).toBe(403)
    await grant('CAN_EDIT', ann)
    expect((await importFile(file, 'g', bob, true)).status).toBe(200)
    expect((await importFile(`${home}/shared/new`, 'n', bob)).status).toBe(403)
    await grant('CAN_MANAGE', ann)
    expect((await importFile(`${home}/shared/new`, 'n', bob)).status).toBe(200)
    expect((await status(`${home}`, bob)).status).toBe(403)
  })
})

describe('what an upload becomes', () => {
  it.for([
    ['/a.py', '# Databricks notebook source\nx', 'AUTO', { path: '/a', language: 'PYTHON' }],
    ['/a.sql', '-- Databricks notebook source\n', 'AUTO', { path: '/a', language: 'SQL' }],
    ['/a.py', 'import x', 'AUTO', { path: '/a.py' }],
    ['/a.ipynb', '{}', 'AUTO', { path: '/a', language: 'PYTHON' }],
    ['/a.ipynb', '{}', 'RAW', { path: '/a.ipynb' }],
    ['/.py', 'x', 'AUTO', { path: '/.py' }],
  ] as const)('%s with %j as %s', ([path, text, format, expected]) => {
    expect(classify(path, Buffer.from(text), format)).toEqual(expected)
  })
})
