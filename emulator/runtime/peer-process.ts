/**
 * Which connections come from inside an app: a session of a participant, or code that a participant deployed. Such a
 * process can dial the emulator's port as the person at this machine can, but must not steer the emulator or sign in as
 * somebody else. Linux only: without /proc nobody is known to be inside. Nor is a deployed app's daemon that has forked
 * twice: apps run as whoever started the emulator and are no prisoners. Sessions are: their walls keep the family together.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Socket } from 'node:net'
import { familyOf, readProcesses } from './process-family.ts'

/** One line of /proc/net/tcp: ports of both ends and the socket's inode, 0 when no process holds it. */
export interface SocketRow {
  readonly localPort: number
  readonly remotePort: number
  readonly inode: number
}

/** Rows of /proc/net/tcp or tcp6; the heading is skipped. Columns: sl local remote st … uid timeout inode. */
export function parseSocketTable(text: string): readonly SocketRow[] {
  return text.split('\n').flatMap((line) => {
    const [, local = '', remote = '', , , , , , , inode = ''] = line.trim().split(/\s+/)
    const ports = [local, remote].map((end) => /^[0-9A-F]+:([0-9A-F]{4})$/.exec(end)?.[1])
    const [localPort, remotePort] = ports.map((port) => Number.parseInt(port ?? '', 16))
    if (!localPort || !remotePort || !/^\d+$/.test(inode)) return []
    return [{ localPort, remotePort, inode: Number(inode) }]
  })
}

/**
 * True when the other end of an accepted connection is held by one of `roots` or by anything that they started.
 * Addresses are not compared: a row too many only makes the answer stricter.
 */
export function comesFromFamily({ localPort, remotePort }: Socket, roots: readonly number[]): boolean {
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((path) => parseSocketTable(read(path)))
    .filter((row) => row.localPort === remotePort && row.remotePort === localPort && row.inode !== 0)
    .map(({ inode }) => `socket:[${inode}]`)
  if (inodes.length === 0) return false
  const rows = readProcesses()
  // 1 starts everything, and 0 is what an app has that does not really run.
  const started = roots.filter((root) => root > 1)
  const family = new Set(started.flatMap((root) => familyOf(rows, root).map(({ pid }) => pid)))
  return [...family].some((pid) => openFiles(pid).some((file) => inodes.includes(file)))
}

/** What a process has open; nothing once it is gone. */
function openFiles(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`
  try {
    return readdirSync(folder).map((fd) => link(`${folder}/${fd}`))
  } catch {
    return []
  }
}

/** Descriptors may close while we look. */
function link(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
