import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { lockState, type StateLock } from './state-lock.ts'

let stateDir = ''
const held: StateLock[] = []
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'workshop-lock-'))
})
afterEach(async () => {
  for (const lock of held.splice(0)) await lock.release()
  await rm(stateDir, { recursive: true, force: true })
})

const lost = vi.fn()
const lock = async (more: { host?: string; beatMs?: number } = {}) => {
  const taken = await lockState({ stateDir, onLost: lost, beatMs: 40, ...more })
  held.push(taken)
  return taken
}
const file = () => join(stateDir, 'controller.lock')
const left = (holder: object) => writeFile(file(), JSON.stringify({ id: 'old', host: hostname(), beat: 3, ...holder }))

it('lets one in, and the next when it has gone', async () => {
  const first = await lock()
  await expect(lock()).rejects.toMatchObject({ code: 'WO-9006' })
  await first.release()
  await expect(readFile(file())).rejects.toMatchObject({ code: 'ENOENT' })
  await lock()
})

it('sees at once that the holder on this machine is dead, also where its pid is another process now', async () => {
  const { pid } = spawnSync('true')
  await left({ pid, born: '1' })
  await (await lock()).release()
  await left({ pid: process.pid, born: 'of an earlier life' })
  await (await lock()).release()
  await left({ pid: process.ppid, born: 'of an earlier process' })
  await lock()
})

it('keeps out of a directory whose holder on another machine still beats, and takes one that does not', async () => {
  await lock({ host: 'other' })
  await expect(lock()).rejects.toMatchObject({ code: 'WO-9006', message: expect.stringContaining('on other') })
  await held.pop()?.release()
  await left({ host: 'other', pid: 1, born: '' })
  await lock()
  expect(JSON.parse(await readFile(file(), 'utf8'))).toMatchObject({ host: hostname(), pid: process.pid })
})

it('keeps out where a container beside it counts the same pid', async () => {
  await left({ pid: process.pid, born: 'in another container' })
  const beats = setInterval(
    () => void left({ pid: process.pid, born: 'in another container', beat: Math.random() }),
    15,
  )
  await expect(lock()).rejects.toMatchObject({ code: 'WO-9006' })
  clearInterval(beats)
})

it('lets only one of two take over', async () => {
  await left({ host: 'other', pid: 1, born: '' })
  const tries = await Promise.allSettled([lock({ host: 'a' }), lock({ host: 'b' })])
  expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

it('is told when somebody else took it, and leaves their lock alone', async () => {
  const first = await lock()
  await left({ host: 'other', pid: 1, born: '' })
  await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce(), 15_000)
  await first.release()
  expect(JSON.parse(await readFile(file(), 'utf8')).host).toBe('other')
})

it('takes a file that is no lock', async () => {
  await writeFile(file(), '{"id')
  await lock()
})
