import { describe, expect, it } from 'vitest'
import { handClock } from './hand-clock.fixture.ts'
import { Submissions } from './submission.ts'

function rig() {
  const { clock, pass } = handClock()
  let program: string | undefined = 'a'
  const typed: string[] = []
  const submissions = new Submissions({
    program: () => program,
    paste: (text) => typed.push(`${program}:${text}`),
    enter: () => typed.push(`${program}:⏎`),
    lost: (text) => typed.push(`lost ${text}`),
    clock,
  })
  const become = (next: string | undefined) => {
    program = next
    submissions.look()
  }
  return { submissions, typed, pass, become }
}

describe('text and Enter', () => {
  it('go to a program that is there, one after the other', () => {
    const { submissions, typed, pass } = rig()
    submissions.submit('ls')
    expect(typed).toEqual(['a:ls'])
    pass(150)
    expect(typed).toEqual(['a:ls', 'a:⏎'])
  })

  it('wait together for a program that restarts', () => {
    const { submissions, typed, pass, become } = rig()
    become(undefined)
    submissions.submit('ls')
    pass(5_000)
    expect(typed).toEqual([])
    become('b')
    pass(150)
    expect(typed).toEqual(['b:ls', 'b:⏎'])
  })

  it('go to the new program as a whole when the old one ends between them', () => {
    const { submissions, typed, pass, become } = rig()
    submissions.submit('ls')
    pass(100)
    become(undefined)
    pass(100)
    expect(typed).toEqual(['a:ls'])
    become('b')
    pass(150)
    expect(typed).toEqual(['a:ls', 'b:ls', 'b:⏎'])
  })

  it('do not mix with those that follow', () => {
    const { submissions, typed, pass } = rig()
    submissions.submit('one')
    submissions.submit('two')
    pass(150)
    pass(150)
    expect(typed).toEqual(['a:one', 'a:⏎', 'a:two', 'a:⏎'])
  })

  it('are given up, and said to be, after half a minute', () => {
    const { submissions, typed, pass, become } = rig()
    become(undefined)
    submissions.submit('ls')
    pass(30_000)
    become('b')
    pass(1_000)
    expect(typed).toEqual(['lost ls'])
  })
})
