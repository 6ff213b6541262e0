import { describe, expect, it } from 'vitest'
import { aFleet } from '../fleet/fleet.fixture.ts'
import { type AdmissionFacts, admissionProblem } from './admission.ts'
import { hasIdled } from './idle.ts'

const { sessions: rules } = aFleet()
const running = (email: string) => ({ email, running: true })
const ended = (email: string) => ({ email, running: false })
const facts = (changes: Partial<AdmissionFacts> = {}): AdmissionFacts => ({
  email: 'ada',
  agent: 'shell',
  rules,
  sessions: [],
  residents: ['ada'],
  isolation: 'namespaces',
  draining: false,
  closesAt: undefined,
  now: 1_000,
  ...changes,
})

describe('one more session', () => {
  it.for([
    ['is given', {}, undefined],
    ['is given beside ended ones', { sessions: [running('ada'), ended('ada'), ended('ada')] }, undefined],
    ['is given whatever others have', { sessions: Array(9).fill(running('grace')) }, undefined],
    ['is refused at the cap per person', { sessions: [running('ada'), running('ada')] }, 'WO-4003'],
    ['is refused to a hoarder of ended ones', { sessions: Array(12).fill(ended('ada')) }, 'WO-4003'],
    ['is refused at the cap of the worker', { sessions: Array(30).fill(running('grace')) }, 'WO-4004'],
    ['is refused while draining', { draining: true }, 'WO-4008'],
    ['is given before the room closes', { closesAt: 1_001 }, undefined],
    ['is refused once the room has closed', { closesAt: 1_000 }, 'WO-4013'],
    ['is refused for an agent that is not offered', { rules: { ...rules, agents: ['claude'] } }, 'WO-4009'],
    ['is given on an open worker to its one person', { isolation: 'open', sessions: [running('ada')] }, undefined],
    ['is refused on an open worker to a second person', { isolation: 'open', residents: ['grace'] }, 'WO-4007'],
    [
      'is given on an open worker among people who trust one another',
      { isolation: 'open', residents: ['grace'], rules: { ...rules, isolation: 'trusted' } },
      undefined,
    ],
    [
      'is refused on an open worker to everybody when bubblewrap is asked for',
      { isolation: 'open', rules: { ...rules, isolation: 'require-namespaces' } },
      'WO-4007',
    ],
  ] as const)('%s', ([, changes, code]) => {
    expect(admissionProblem(facts(changes as Partial<AdmissionFacts>))?.code).toBe(code)
  })
})

describe('a session left behind', () => {
  it.for([
    ['at its time', { viewers: 0, preparing: false, lastAt: 0 }, true],
    ['not before its time', { viewers: 0, preparing: false, lastAt: 1 }, false],
    ['not while somebody looks', { viewers: 1, preparing: false, lastAt: 0 }, false],
    ['not while it starts', { viewers: 0, preparing: true, lastAt: 0 }, false],
  ] as const)('%s', ([, activity, idled]) => {
    expect(hasIdled(activity, 100, 100)).toBe(idled)
  })
})
