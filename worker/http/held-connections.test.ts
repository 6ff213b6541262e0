import { describe, expect, it } from 'vitest'
import { HeldConnections } from './held-connections.ts'

const held = () => new HeldConnections<number>({ unknown: 3, perOwner: 2 })

describe('connections of nobody', () => {
  it('push out the oldest of their kind beyond the bound', () => {
    const connections = held()
    expect([1, 2, 3].map((each) => connections.arrive(each))).toEqual([undefined, undefined, undefined])
    expect(connections.arrive(4)).toBe(1)
    connections.leave(1)
    expect(connections.count()).toBe(3)
  })

  it('do not count any more once they are somebody’s, and never push those out', () => {
    const connections = held()
    for (const each of [1, 2, 3]) connections.arrive(each)
    connections.begin(1, 'a')
    expect(connections.arrive(4)).toBeUndefined()
    expect(connections.arrive(5)).toBe(2)
    expect(connections.count('a')).toBe(1)
  })
})

describe('connections of one owner', () => {
  it('push out the idle one that was used longest ago, and never another owner’s', () => {
    const connections = held()
    for (const each of [1, 2]) {
      connections.begin(each, 'a')
      connections.rest(each)
    }
    connections.begin(9, 'b')
    connections.begin(1, 'a')
    connections.rest(1)
    expect(connections.begin(3, 'a')).toBe(2)
    expect(connections.count('b')).toBe(1)
  })

  it('are left alone while each carries a request', () => {
    const connections = held()
    expect([1, 2, 3].map((each) => connections.begin(each, 'a'))).toEqual([undefined, undefined, undefined])
  })

  it('belong to the owner of the last request, and to nobody once closed', () => {
    const connections = held()
    connections.arrive(1)
    connections.begin(1, 'a')
    connections.begin(1, 'b')
    expect([connections.count('a'), connections.count('b')]).toEqual([0, 1])
    connections.leave(1)
    expect([connections.count('b'), connections.count()]).toEqual([0, 0])
  })
})
