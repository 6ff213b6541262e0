/**
 * Reads Linux' socket tables (`/proc/net/tcp`, `/proc/net/tcp6`): pure, text in, rows out. Addresses are brought to one
 * spelling, 16 bytes in hex, so that an IPv4 peer is found in either table (a client may dial through `::ffff:…`).
 */
import { isIPv4, isIPv6 } from 'node:net'

/** One end of a connection: 32 hex digits of a 16-byte address (IPv4 mapped), and a port. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** One socket of this machine. `inode` is 0 once no process holds it. */
export interface TcpRow {
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly inode: number
}

const mappedPrefix = '00000000000000000000ffff'

/** Rows of one table; lines that are not rows (the heading) are skipped. Columns: sl local remote st … uid timeout inode. */
export function parseTcpTable(text: string): readonly TcpRow[] {
  const rows: TcpRow[] = []
  for (const line of text.split('\n')) {
    const [, local = '', remote = '', , , , , , , inode = ''] = line.trim().split(/\s+/)
    const from = parseKernelEndpoint(local)
    const to = parseKernelEndpoint(remote)
    if (from && to && /^\d+$/.test(inode)) rows.push({ local: from, remote: to, inode: Number(inode) })
  }
  return rows
}

/**
 * The rows in which a port occurs, at either end. Only these lines are read: a machine that opens and closes many
 * connections has tens of thousands of rows, and this is asked for each new connection.
 */
export function rowsWithPort(text: string, port: number): readonly TcpRow[] {
  const word = `:${port.toString(16).toUpperCase().padStart(4, '0')} `
  const lines = new Set<string>()
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const end = text.indexOf('\n', at)
    lines.add(text.slice(text.lastIndexOf('\n', at) + 1, end === -1 ? text.length : end))
  }
  return parseTcpTable([...lines].join('\n'))
}

/** The row whose own end is `local` and whose other end is `remote`. */
export function findConnection(rows: Iterable<TcpRow>, local: Endpoint, remote: Endpoint): TcpRow | undefined {
  for (const row of rows) if (sameEndpoint(row.local, local) && sameEndpoint(row.remote, remote)) return row
  return undefined
}

/** An endpoint as Node names it (`127.0.0.1`, `::ffff:10.0.0.1`, `fe80::1%eth0`); undefined when it is no address. */
export function endpoint(address: string | undefined, port: number | undefined): Endpoint | undefined {
  const bytes = address === undefined ? undefined : addressBytes(address.replace(/%.*$/, ''))
  return bytes === undefined || port === undefined ? undefined : { address: bytes, port }
}

/** True for 127.0.0.0/8 and ::1. */
export function isLoopback({ address }: Endpoint): boolean {
  return address.startsWith(`${mappedPrefix}7f`) || address === '00000000000000000000000000000001'
}

const sameEndpoint = (a: Endpoint, b: Endpoint) => a.port === b.port && a.address === b.address

/** The kernel prints addresses as 32-bit words in the machine's byte order; x64 and arm64 are little-endian. */
function parseKernelEndpoint(text: string): Endpoint | undefined {
  const found = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(text)
  if (!found) return undefined
  const [, words = '', port = ''] = found
  const bytes = words.toLowerCase().replace(/(..)(..)(..)(..)/g, '$4$3$2$1')
  return { address: bytes.length === 8 ? mappedPrefix + bytes : bytes, port: Number.parseInt(port, 16) }
}

function addressBytes(address: string): string | undefined {
  if (isIPv4(address)) return mappedPrefix + dottedHex(address)
  if (!isIPv6(address)) return undefined
  const plain = address.replace(/(\d+\.\d+\.\d+\.\d+)$/, (dotted) => dottedHex(dotted).replace(/(....)(....)/, '$1:$2'))
  const [head = '', tail] = plain.split('::')
  const before = head.split(':').filter(Boolean)
  const after = (tail ?? '').split(':').filter(Boolean)
  const middle = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0')
  return [...before, ...middle, ...after].map((word) => word.toLowerCase().padStart(4, '0')).join('')
}

function dottedHex(dotted: string): string {
  return dotted
    .split('.')
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join('')
}
