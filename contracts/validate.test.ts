import { describe, expect, it } from 'vitest'
import { parseWorkshop, validateWorkshop } from './validate.ts'

const head = 'apiVersion: vibeworkshop.dev/v1alpha1\nkind: Workshop\nmetadata:\n  name: day\nspec:\n'
/** Lines 1 to 6 are the frame; the text of a case begins on line 7. */
const spec = (text: string) => `${head}  participants: {users: [ada@example.com]}\n${text}`
/** As `spec`, without participants: the text begins on line 6. */
const bare = (text: string) => `${head}${text}`
const people = (count: number) => Array.from({ length: count }, (_, at) => `      - p${at}@example.com\n`).join('')

type Case = readonly [name: string, text: string, code: string, where: string, lines: readonly number[] | undefined]

const cases: readonly Case[] = [
  ['an empty file', '', 'WO-1003', 'day.yaml', undefined],
  ['comments only', '# nothing\n', 'WO-1003', 'day.yaml', undefined],
  ['a list', '- a\n- b\n', 'WO-1003', 'day.yaml', [1]],
  ['one word', 'workshop\n', 'WO-1003', 'day.yaml', [1]],
  ['two documents', `${spec('')}---\na: 1\n`, 'WO-1003', 'day.yaml', [7]],
  ['a file far too large', `# ${'x'.repeat(1_100_000)}\n`, 'WO-1003', 'day.yaml', undefined],
  ['another kind', spec('').replace('kind: Workshop', 'kind: Deployment'), 'WO-1003', 'kind', [2]],
  ['no kind', 'apiVersion: vibeworkshop.dev/v1alpha1\nspec: {}\n', 'WO-1003', 'kind', [1]],
  ['another version', spec('').replace('v1alpha1', 'v1'), 'WO-1003', 'apiVersion', [1]],
  ['a tab', spec('  workers:\n\treplicas: 2\n'), 'WO-1002', 'day.yaml', [8]],
  ['a key written twice', spec('  suspend: true\n  suspend: false\n'), 'WO-1002', 'day.yaml', [8]],
  ['a bracket left open', spec('  skills: [a, b\n'), 'WO-1002', 'day.yaml', [8]],
  ['a quote left open', spec('  guide: "x\n'), 'WO-1002', 'day.yaml', [8]],
  ['a YAML tag', spec('  suspend: !yes true\n'), 'WO-1002', 'day.yaml', [7]],
  ['an anchor', spec('  workers: &w {replicas: 2}\n'), 'WO-1004', 'day.yaml', [7]],
  ['an alias', spec('  skills: &s [a]\n  resources: *s\n'), 'WO-1004', 'day.yaml', [7]],
  ['no spec', head.replace('spec:\n', ''), 'WO-1101', 'spec', [1]],
  ['an empty spec', head, 'WO-1102', 'spec', [5]],
  ['no name', spec('').replace('  name: day', '  labels: {a: b}'), 'WO-1101', 'metadata.name', [3]],
  ['a name with capitals', spec('').replace('name: day', 'name: Day'), 'WO-1106', 'metadata.name', [4]],
  ['no participants', bare('  suspend: false\n'), 'WO-1101', 'spec.participants', [5]],
  ['nobody takes part', bare('  participants: {users: []}\n'), 'WO-1107', 'spec.participants', [6]],
  ['a misspelt field', spec('  workers:\n    replica: 10\n'), 'WO-1104', 'spec.workers.replica', [8]],
  ['a field in the wrong place', spec('  replicas: 2\n'), 'WO-1104', 'spec.replicas', [7]],
  ['a field that exists nowhere', spec('  colour: red\n'), 'WO-1104', 'spec.colour', [7]],
  ['an unknown field at the top', `${spec('')}spek: {}\n`, 'WO-1104', 'spek', [7]],
  ['text for a number', spec('  workers: {replicas: ten}\n'), 'WO-1102', 'spec.workers.replicas', [7]],
  ['a fraction', spec('  workers: {replicas: 1.5}\n'), 'WO-1102', 'spec.workers.replicas', [7]],
  ['text for a group', spec('  workers: many\n'), 'WO-1102', 'spec.workers', [7]],
  ['a group for a list', spec('  skills: {a: b}\n'), 'WO-1102', 'spec.skills', [7]],
  ['a number for text', spec('  workers: {namePrefix: 12}\n'), 'WO-1102', 'spec.workers.namePrefix', [7]],
  ['a word for true or false', spec('  suspend: maybe\n'), 'WO-1102', 'spec.suspend', [7]],
  ['a field left empty', spec('  sessions:\n'), 'WO-1102', 'spec.sessions', [7]],
  ['no workers', spec('  workers: {replicas: 0}\n'), 'WO-1103', 'spec.workers.replicas', [7]],
  ['too many workers', spec('  workers: {replicas: 100}\n'), 'WO-1103', 'spec.workers.replicas', [7]],
  ['no agents', spec('  sessions: {agents: []}\n'), 'WO-1103', 'spec.sessions.agents', [7]],
  ['an unknown agent', spec('  sessions:\n    agents: [clause]\n'), 'WO-1105', 'spec.sessions.agents[0]', [8]],
  ['a size in small letters', spec('  workers: {computeSize: large}\n'), 'WO-1105', 'spec.workers.computeSize', [7]],
  ['an unknown policy', spec('  deletionPolicy: Keep\n'), 'WO-1105', 'spec.deletionPolicy', [7]],
  [
    'an address without @',
    bare('  participants:\n    users:\n      - ada\n'),
    'WO-1106',
    'spec.participants.users[0]',
    [8],
  ],
  ['a prefix with capitals', spec('  workers: {namePrefix: Vibe}\n'), 'WO-1106', 'spec.workers.namePrefix', [7]],
  [
    'a prefix too long for app names',
    spec('  workers: {namePrefix: lakehouse-autumn-2026}\n'),
    'WO-1121',
    'spec.workers.namePrefix',
    [7],
  ],
  [
    'a name too long for app names',
    spec('').replace('name: day', 'name: lakehouse-autumn-2026'),
    'WO-1121',
    'metadata.name',
    [4],
  ],
  ['a name that begins with a digit', spec('').replace('name: day', 'name: 2026-day'), 'WO-1106', 'metadata.name', [4]],
  [
    'one person twice',
    bare('  participants:\n    users:\n      - ada@example.com\n      - Ada@Example.com\n'),
    'WO-1130',
    'spec.participants.users',
    [8, 9],
  ],
  [
    'one facilitator twice',
    bare('  participants:\n    groups: [g]\n    facilitators: [e@example.com, e@example.com]\n'),
    'WO-1130',
    'spec.participants.facilitators',
    [8],
  ],
  [
    'three thousand people one by one',
    bare(`  participants:\n    users:\n${people(3000)}`),
    'WO-1132',
    'spec.participants.users',
    [7],
  ],
  ['more people than seats', bare(`  participants:\n    users:\n${people(11)}`), 'WO-1132', 'spec.participants', [6]],
  [
    'one person needs more than a worker holds',
    spec('  sessions: {perUser: 4}\n  workers: {sessionsPerWorker: 3}\n'),
    'WO-1107',
    'spec.sessions.perUser',
    [7],
  ],
  ['two sources', spec('  source:\n    bundle: {}\n    workspacePath: /Workspace/x\n'), 'WO-1107', 'spec.source', [7]],
  [
    'a branch and a tag',
    spec('  source:\n    git: {url: "https://example.com/r.git", branch: main, tag: v1}\n'),
    'WO-1107',
    'spec.source.git',
    [8],
  ],
  ['plain http', spec('  source: {git: {url: "http://x", tag: v1}}\n'), 'WO-1106', 'spec.source.git.url', [7]],
  ['a token written out', spec('  credentials: {token: dapi0123}\n'), 'WO-1102', 'spec.credentials.token', [7]],
  [
    'two places for the token',
    spec('  credentials:\n    token: {env: T, file: t}\n'),
    'WO-1107',
    'spec.credentials.token',
    [8],
  ],
  ['a duration in words', spec('  sessions: {idleTimeout: 2 hours}\n'), 'WO-1140', 'spec.sessions.idleTimeout', [7]],
  ['an idle limit of seconds', spec('  sessions: {idleTimeout: 5s}\n'), 'WO-1140', 'spec.sessions.idleTimeout', [7]],
  [
    'a drain of a week',
    spec('  workers: {rollout: {drainTimeout: 7d}}\n'),
    'WO-1140',
    'spec.workers.rollout.drainTimeout',
    [7],
  ],
  [
    'a token that lives too long',
    spec('  credentials: {token: {issue: {lifetime: 731d}}}\n'),
    'WO-1140',
    'spec.credentials.token.issue.lifetime',
    [7],
  ],
  [
    'renewal before birth',
    spec('  credentials: {token: {issue: {lifetime: 14d}}}\n'),
    'WO-1140',
    'spec.credentials.token.issue.renewBefore',
    [7],
  ],
  ['one skill twice', spec('  skills:\n    - a\n    - a\n'), 'WO-1107', 'spec.skills', [8, 9]],
  [
    'one challenge id twice',
    spec('  guide:\n    challenges:\n      - {id: a, title: A, text: x}\n      - {id: a, title: B, text: y}\n'),
    'WO-1107',
    'spec.guide.challenges',
    [9, 10],
  ],
  ['a guide without challenges', spec('  guide: {title: x}\n'), 'WO-1101', 'spec.guide.challenges', [7]],
  ['a resource of no kind', spec('  resources:\n    - {name: wh}\n'), 'WO-1107', 'spec.resources[0]', [8]],
  [
    'a resource with the name of the token',
    spec('  resources:\n    - {name: claude-pat, volume: {fullName: a.b.c, permission: READ_VOLUME}}\n'),
    'WO-1107',
    'spec.resources',
    [7, 8],
  ],
]

describe('a bad spec', () => {
  it.for(cases)('gives one clear error: %s', ([, text, code, where, lines]) => {
    const { workshop, problems } = parseWorkshop(text, 'day.yaml')
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ code, where })
    expect(problems[0]?.lines).toEqual(lines)
    expect(workshop).toBeUndefined()
  })

  it('never repeats a value that stands under credentials', () => {
    const text = spec('  credentials: {token: {file: 5, env: "dapi 0123456789"}, secretKey: "dapi 0123456789"}\n')
    expect(JSON.stringify(parseWorkshop(text, 'day.yaml'))).not.toContain('dapi')
  })

  it('names every problem, in the order of the file', () => {
    const text = bare(
      '  workers:\n    replica: 10\n    namePrefix: vibe-lakehouse-autumn-2026\n' +
        '  participants:\n    users:\n      - ada@example.com\n      - Ada@Example.com\n',
    )
    const seen = parseWorkshop(text, 'bad.yaml').problems.map(({ code, where, lines, fix }) => [
      code,
      where,
      lines,
      fix,
    ])
    expect(seen).toEqual([
      ['WO-1104', 'spec.workers.replica', [7], 'did you mean replicas?'],
      ['WO-1121', 'spec.workers.namePrefix', [8], 'shorten the prefix to at most 20 characters: cut 6'],
      ['WO-1130', 'spec.participants.users', [11, 12], 'remove one'],
    ])
  })

  it('says where a misplaced field belongs', () => {
    const [problem] = parseWorkshop(spec('  replicas: 2\n'), 'day.yaml').problems
    expect(problem?.fix).toBe('it belongs at spec.workers.replicas')
  })
})

describe('a good spec', () => {
  it('gets the defaults of the schema', () => {
    const { workshop, problems } = parseWorkshop(spec(''), 'day.yaml')
    expect(problems).toEqual([])
    expect(workshop?.spec).toMatchObject({
      sessions: { perUser: 3, agents: ['claude', 'shell'], idleTimeout: '24h' },
      workers: { replicas: 1, rollout: { maxUnavailable: 1, drainTimeout: '10m' } },
      credentials: { token: { issue: { lifetime: '90d', renewBefore: '14d' } } },
    })
  })

  it('may put a hundred people with three sessions each on ten workers', () => {
    const roster = bare(`  participants:\n    users:\n${people(100)}  workers: {replicas: 10}\n`)
    expect(parseWorkshop(roster, 'day.yaml').problems).toEqual([])
  })

  it('keeps metadata that the controller does not know', () => {
    const text = spec('').replace('  name: day', '  name: day\n  managedFields: [{manager: kubectl}]')
    expect(parseWorkshop(text, 'day.yaml').problems).toEqual([])
  })
})

describe('an object', () => {
  it('is checked without being changed', () => {
    const object = {
      apiVersion: 'vibeworkshop.dev/v1alpha1',
      kind: 'Workshop',
      metadata: { name: 'day' },
      spec: { participants: { groups: ['g'] } },
    }
    expect(validateWorkshop(object).workshop?.spec.workers.replicas).toBe(1)
    expect(object.spec).toEqual({ participants: { groups: ['g'] } })
    expect(validateWorkshop(null).problems).toMatchObject([{ code: 'WO-1003' }])
  })
})
