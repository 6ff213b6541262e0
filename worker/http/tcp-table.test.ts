import { describe, expect, it } from 'vitest'
import { endpoint, findConnection, isLoopback, parseTcpTable, rowsWithPort } from './tcp-table.ts'

const heading = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const row = (local: string, remote: string, inode: string) =>
  `   1: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000000000000000 20 4 30 10 -1`

const mapped = (hex: string) => `00000000000000000000ffff${hex}`

describe('reading the socket table', () => {
  it.for([
    ['an IPv4 row', row('0100007F:1F90', '0100007F:C350', '777'), mapped('7f000001'), 8080],
    [
      'a mapped IPv4 row',
      row('0000000000000000FFFF00000100007F:0050', `${'0'.repeat(32)}:0000`, '8'),
      mapped('7f000001'),
      80,
    ],
    [
      'an IPv6 row',
      row('00000000000000000000000001000000:0050', `${'0'.repeat(32)}:0000`, '9'),
      `${'0'.repeat(31)}1`,
      80,
    ],
  ] as const)('reads %s', ([, line, address, port]) => {
    expect(parseTcpTable(`${heading}\n${line}\n`)).toMatchObject([{ local: { address, port } }])
  })

  it('skips what is not a row', () => {
    expect(parseTcpTable(`${heading}\n\n   1: garbage\n${row('0100007F:1F90', 'zz:0000', '1')}`)).toEqual([])
  })
})

describe('reading the rows of one port', () => {
  it('gives those that have it at either end, and no others', () => {
    const lines = [
      row('0100007F:1F90', '0100007F:C350', '1'),
      row('0100007F:C350', '0100007F:1F90', '2'),
      // The port as part of an address, and as an inode.
      row('C350007F:0050', '0100007F:0051', '50000'),
    ]
    const text = [heading, ...lines].join('\n')
    expect(rowsWithPort(text, 50_000).map(({ inode }) => inode)).toEqual([1, 2])
    expect(rowsWithPort(text, 80).map(({ inode }) => inode)).toEqual([50_000])
    expect(rowsWithPort(text, 81).map(({ inode }) => inode)).toEqual([50_000])
    expect(rowsWithPort(text, 82)).toEqual([])
  })
})

describe('finding the other end of a connection', () => {
  const rows = parseTcpTable(
    [heading, row('0100007F:1F90', '0100007F:C350', '1'), row('0100007F:C350', '0100007F:1F90', '42')].join('\n'),
  )
  const find = (from: string, fromPort: number, to: string, toPort: number) => {
    const local = endpoint(from, fromPort)
    const remote = endpoint(to, toPort)
    return local && remote && findConnection(rows, local, remote)?.inode
  }

  it.for([
    ['finds the end that dialled', '127.0.0.1', 50_000, '127.0.0.1', 8080, 42],
    ['finds it by its mapped name', '::ffff:127.0.0.1', 50_000, '::ffff:127.0.0.1', 8080, 42],
    ['does not take another port', '127.0.0.1', 50_001, '127.0.0.1', 8080, undefined],
    ['does not take another address', '127.0.0.2', 50_000, '127.0.0.1', 8080, undefined],
    ['does not take the accepting end', '127.0.0.1', 8080, '127.0.0.1', 8080, undefined],
  ] as const)('%s', ([, from, fromPort, to, toPort, inode]) => {
    expect(find(from, fromPort, to, toPort)).toBe(inode)
  })
})

describe('spelling of addresses', () => {
  it.for([
    ['10.1.2.3', mapped('0a010203')],
    ['::ffff:10.1.2.3', mapped('0a010203')],
    ['::', '0'.repeat(32)],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['2001:DB8:0:0:1:2:3:4', '20010db8000000000001000200030004'],
    ['nonsense', undefined],
  ] as const)('%s', ([text, address]) => {
    expect(endpoint(text, 1)?.address).toBe(address)
  })

  it.for([
    ['127.9.9.9', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['128.0.0.1', false],
    ['::2', false],
  ] as const)('%s is loopback: %s', ([text, loopback]) => {
    const found = endpoint(text, 1)
    expect(found && isLoopback(found)).toBe(loopback)
  })
})
