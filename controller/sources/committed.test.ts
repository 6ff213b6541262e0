import { describe, expect, it } from 'vitest'
import { committedNotices, withoutSecrets } from './committed.ts'

const head = 'apiVersion: vibeworkshop.dev/v1alpha1\nkind: Workshop\n'
const hex = '0123456789abcdef0123456789abcdef'
/** Put together here, so that no scanner takes this file for a leak. */
const secret = {
  pat: `dapi${hex}`,
  oauth: `dose${hex}`,
  github: `ghp_${'aB3'.repeat(12)}`,
  model: `sk-ant-${'x9Y'.repeat(12)}`,
  aws: `AKIA${'ABCD'.repeat(4)}`,
  key: ['-----BEGIN OPENSSH', 'PRIVATE KEY-----'].join(' '),
  jwt: ['eyJhbGciOiJIUzI1', 'eyJzdWIiOiIxMjM0', 'c2lnbmF0dXJlLi4u'].join('.'),
  url: 'https://ada:correct-horse@git.example.com/x.git',
}

describe('a spec in a repository', () => {
  it.each<[string, string, readonly [code: string, where: string, line: number][]]>([
    ['is fine without a secret', 'metadata: {name: day}\nspec: {participants: {users: [ada@example.com]}}\n', []],
    [
      'is fine with references to secrets',
      'metadata: {name: day}\nspec:\n  credentials: {token: {secretRef: {name: dapi, key: token}}}\n',
      [],
    ],
    ['is fine with names that only begin like a token', 'metadata: {name: dapi-dose-sk-ant}\n', []],
    ['is fine with an address without a password', 'metadata: {annotations: {a: "https://ada@example.com/x"}}\n', []],
    [
      'names the field of a Databricks token',
      `metadata: {name: day}\nspec:\n  credentials:\n    token: {value: ${secret.pat}}\n`,
      [['WO-1177', 'a.yaml spec.credentials.token.value', 6]],
    ],
    [
      'names the place in a list',
      `spec:\n  skills:\n    - sql\n    - ${secret.oauth}\n`,
      [['WO-1177', 'a.yaml spec.skills[1]', 6]],
    ],
    [
      'finds a private key in a block of text',
      `metadata:\n  annotations:\n    note: |\n      hello\n      ${secret.key}\n      AAAA\n`,
      [['WO-1177', 'a.yaml metadata.annotations.note', 5]],
    ],
    [
      'finds a token inside a sentence',
      `spec: {note: "use ${secret.github}, please"}\n`,
      [['WO-1177', 'a.yaml spec.note', 3]],
    ],
    ['finds a key of a model provider', `spec: {note: ${secret.model}}\n`, [['WO-1177', 'a.yaml spec.note', 3]]],
    ['finds an AWS access key', `spec: {note: ${secret.aws}}\n`, [['WO-1177', 'a.yaml spec.note', 3]]],
    ['finds a signed web token', `spec: {note: ${secret.jwt}}\n`, [['WO-1177', 'a.yaml spec.note', 3]]],
    ['finds a password inside an address', `spec: {note: "${secret.url}"}\n`, [['WO-1177', 'a.yaml spec.note', 3]]],
    [
      'does not show a token that is the name of a field',
      `spec: {${secret.pat}: 1}\n`,
      [['WO-1177', 'a.yaml spec.(a Databricks token)', 3]],
    ],
    ['finds a token in a comment', `spec: {}\n# was ${secret.pat}\n`, [['WO-1177', 'a.yaml', 4]]],
    ['finds a token in a file that is no YAML', `spec: [\n  ${secret.pat}\n`, [['WO-1177', 'a.yaml', 4]]],
    [
      'says that what only the controller writes is ignored',
      'metadata: {name: day, uid: abc, resourceVersion: "4"}\nstatus: {url: "http://x"}\n',
      [
        ['WO-1178', 'a.yaml metadata.uid', 3],
        ['WO-1178', 'a.yaml metadata.resourceVersion', 3],
        ['WO-1178', 'a.yaml status', 4],
      ],
    ],
  ])('%s', (_says, text, wanted) => {
    const notices = committedNotices(head + text, 'a.yaml')
    expect(notices.map(({ code, where, lines }) => [code, where, lines?.[0]])).toEqual(wanted)
    const said = JSON.stringify(notices)
    for (const value of Object.values(secret)) expect(said).not.toContain(value)
  })

  it.each(Object.entries(secret))('takes %s out of a message', (_kind, value) => {
    const said = withoutSecrets(`before ${value} after`)
    expect(said).toMatch(/^before .*\(.+\).* after$/)
    expect(said).not.toContain(value)
  })
})
