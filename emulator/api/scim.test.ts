import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, startBench } from '../testing/client.ts'
import { compileFilter } from './scim-filter.ts'
import { applyPatch } from './scim-patch.ts'

let bench: Bench
const base = '/api/2.0/preview/scim/v2'
beforeEach(async () => {
  bench = await startBench()
})
afterEach(() => bench.close())

const find = async (folder: string, filter: string, more = '') =>
  (await bench.get(`${base}/${folder}?filter=${encodeURIComponent(filter)}${more}`)).json
const group = async (name: string) => (await find('Groups', `displayName eq "${name}"`)).Resources[0]

describe('SCIM', () => {
  it('says who one is, with groups and the workspace in a header', async () => {
    const me = await bench.get(`${base}/Me`, { token: bench.tokenOf('bob@example.org') })
    expect(me.headers['x-databricks-org-id']).toBe('1234567890123456')
    expect(me.json).toMatchObject({
      userName: 'bob@example.org',
      displayName: 'Bob Baker',
      active: true,
      name: { givenName: 'Bob', familyName: 'Baker' },
      emails: [{ type: 'work', value: 'bob@example.org', primary: true }],
    })
    expect(me.json.groups.map((item: { display: string }) => item.display).sort()).toEqual(['builders', 'users'])
  })

  it('lists with filters, counts and chosen attributes', async () => {
    const all = await bench.get(`${base}/Users?count=2&startIndex=2`)
    expect(all.json).toMatchObject({ totalResults: 3, startIndex: 2, itemsPerPage: 2 })
    const ann = (await find('Users', "userName eq 'ANN@example.org'", '&attributes=id,userName')).Resources[0]
    expect(Object.keys(ann).sort()).toEqual(['id', 'schemas', 'userName'])
    const bob = (await find('Users', 'userName sw "bob"')).Resources[0]
    const both = await find('Users', `id eq "${ann.id}" or id eq "${bob.id}"`)
    expect(both.totalResults).toBe(2)
  })

  it('nests groups, and counts people in through them', async () => {
    const inner = await group('builders')
    const outer = await bench.post(`${base}/Groups`, { displayName: 'outer', members: [{ value: inner.id }] })
    expect(outer.status).toBe(201)
    expect(outer.json.members).toEqual([{ display: 'builders', value: inner.id, $ref: `Groups/${inner.id}` }])
    expect(outer.json.meta.resourceType).toBe('WorkspaceGroup')
    const me = await bench.get(`${base}/Me`, { token: bench.tokenOf('bob@example.org') })
    expect(me.json.groups).toContainEqual(expect.objectContaining({ display: 'outer', type: 'indirect' }))
  })

  it('survives groups that hold each other', async () => {
    const a = await group('builders')
    const b = (await bench.post(`${base}/Groups`, { displayName: 'b', members: [{ value: a.id }] })).json
    const operation = { op: 'add', path: 'members', value: [{ value: b.id }] }
    await bench.send('PATCH', `${base}/Groups/${a.id}`, { body: { Operations: [operation] } })
    const me = await bench.get(`${base}/Me`, { token: bench.tokenOf('bob@example.org') })
    expect(me.json.groups).toHaveLength(3)
  })

  it('adds and deactivates people: an inactive one is out', async () => {
    const made = await bench.post(`${base}/Users`, { userName: 'cy@example.org', displayName: 'Cy' })
    expect(made.status).toBe(201)
    const token = bench.tokenOf('cy@example.org')
    expect((await bench.get(`${base}/Me`, { token })).status).toBe(200)
    const off = { Operations: [{ op: 'replace', path: 'active', value: false }] }
    await bench.send('PATCH', `${base}/Users/${made.json.id}`, { body: off })
    expect((await bench.get(`${base}/Me`, { token })).status).toBe(403)
    expect((await bench.send('DELETE', `${base}/Users/${made.json.id}`)).status).toBe(204)
  })

  it.for([
    ['a stranger', 'GET', '/Users/1', undefined, 404],
    ['a name twice', 'POST', '/Users', { userName: 'Ann@example.org' }, 409],
    ['an odd filter', 'GET', '/Users?filter=userName%20zz%20%22a%22', undefined, 400],
    ['deleting admins', 'DELETE', '/Groups/ADMINS', undefined, 403],
  ] as const)('answers %s in its own envelope', async ([, method, path, body, status]) => {
    const target = path.replace('ADMINS', (await group('admins')).id)
    const reply = await bench.send(method, base + target, { body })
    expect(reply.status).toBe(status)
    expect(reply.json).toMatchObject({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(status),
      detail: expect.any(String),
    })
  })

  it('lets only admins change anybody', async () => {
    const token = bench.tokenOf('ann@example.org')
    expect((await bench.post(`${base}/Users`, { userName: 'x@y' }, { token })).status).toBe(403)
    expect((await bench.get(`${base}/Users`, { token })).status).toBe(200)
  })
})

describe('filters', () => {
  const attributes = (name: string) => ({ username: 'Ann', active: 'true' })[name]
  it.for([
    ['userName eq "ann"', true],
    ['userName eq "bob" or userName eq "ann"', true],
    ['userName eq "ann" and active eq false', false],
    ['userName co "N" and active eq true', true],
    ['userName ne "ann" or externalId pr', false],
    ['userName eq "a and b"', false],
  ] as const)('%s is %s', ([filter, expected]) => {
    expect(compileFilter(filter)(attributes)).toBe(expected)
  })

  it.for(['', 'userName', 'userName eq', 'userName eq "a" and', 'userName eq "a" xor b eq "c"'])(
    'refuses "%s"',
    (filter) => {
      expect(() => compileFilter(filter)).toThrow('not supported')
    },
  )

  it('refuses more than 200 nodes', () => {
    expect(() => compileFilter(Array(201).fill('id eq "1"').join(' or '))).toThrow('200')
  })
})

describe('PatchOp on members', () => {
  it.for([
    ['add', { op: 'add', path: 'members', value: [{ value: '3' }] }, ['1', '2', '3']],
    ['add without path', { op: 'add', value: { members: [{ value: '3' }] } }, ['1', '2', '3']],
    ['remove one by filter', { op: 'remove', path: 'members[value eq "1"]' }, ['2']],
    ['remove one by value', { op: 'remove', path: 'members', value: [{ value: '2' }] }, ['1']],
    ['remove all', { op: 'remove', path: 'members' }, []],
    ['replace', { op: 'replace', path: 'members', value: [{ value: '9' }] }, ['9']],
  ] as const)('%s', ([, operation, expected]) => {
    expect(applyPatch({ members: ['1', '2'] }, { Operations: [operation] }).members).toEqual(expected)
  })
})
