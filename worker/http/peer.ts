/**
 * Who is at the other end of a connection: the platform's proxy, whose identity headers are true, or a stranger. A
 * participant's own process can dial this port on loopback with forged headers, so a peer on this machine is believed
 * only when its socket is held by the process that started us (the platform's launcher, the emulator). A peer from
 * elsewhere can only be the platform's proxy: nothing else reaches an app there.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { endpoint, findConnection, isLoopback, rowsWithPort, type TcpRow } from './tcp-table.ts'

/** What the decision looks at; `linuxPeerView` reads it from /proc. */
export interface PeerView {
  /** The TCP sockets of this network namespace that have this port at one of their ends. */
  readonly sockets: (port: number) => Iterable<TcpRow>
  /** Does the process that started us, and still is our parent, hold this socket? */
  readonly parentHolds: (inode: number) => boolean
  /** Is this one of the machine's own addresses? */
  readonly isOwnAddress: (address: string) => boolean
  /** Whether peers from other machines count as the proxy (not under a loopback workspace). */
  readonly trustRemote: boolean
}

/** Both ends of an accepted connection, as Node names them. */
export type Ends = {
  readonly [end in 'remoteAddress' | 'localAddress']: string | undefined
} & {
  readonly [end in 'remotePort' | 'localPort']: number | undefined
}

/** Is the peer the proxy? Anything unclear is a no. */
export function isProxyPeer(ends: Ends, view: PeerView): boolean {
  const peer = endpoint(ends.remoteAddress, ends.remotePort)
  const own = endpoint(ends.localAddress, ends.localPort)
  if (!peer || !own) return false
  const row = findConnection(view.sockets(peer.port), peer, own)
  if (row) return row.inode !== 0 && view.parentHolds(row.inode)
  return view.trustRemote && !isLoopback(peer) && !view.isOwnAddress(peer.address)
}

/** Asks once per connection: whoever dialled it keeps it. */
export function oncePerConnection(decide: (ends: Ends) => boolean): (socket: Socket) => boolean {
  const known = new WeakMap<Socket, boolean>()
  return (socket) => {
    const before = known.get(socket)
    if (before !== undefined) return before
    const { remoteAddress, remotePort, localAddress, localPort } = socket
    const isProxy = decide({ remoteAddress, remotePort, localAddress, localPort })
    known.set(socket, isProxy)
    return isProxy
  }
}

/** The view of a Linux process. `parentPid` is taken at start: when the parent is gone, its number proves nothing. */
export function linuxPeerView(parentPid: number, trustRemote: boolean): PeerView {
  return {
    trustRemote,
    sockets: rowsOf,
    parentHolds: (inode) => process.ppid === parentPid && holdsSocket(parentPid, inode),
    isOwnAddress: (address) =>
      Object.values(networkInterfaces()).some((list) =>
        list?.some((own) => endpoint(own.address, 0)?.address === address),
      ),
  }
}

/** Table by table: most are found in the first, and the kernel takes milliseconds to write one. */
function* rowsOf(port: number): Iterable<TcpRow> {
  for (const path of ['/proc/net/tcp', '/proc/net/tcp6']) yield* rowsWithPort(readTable(path), port)
}

/** A kernel without IPv6 has no second table; without /proc there are no local peers to believe. */
function readTable(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

function holdsSocket(pid: number, inode: number): boolean {
  const wanted = `socket:[${inode}]`
  const folder = `/proc/${pid}/fd`
  try {
    // Newest first: it was opened a moment ago.
    return readdirSync(folder)
      .reverse()
      .some((fd) => linkOf(`${folder}/${fd}`) === wanted)
  } catch {
    return false
  }
}

/** Descriptors may close while we look. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
