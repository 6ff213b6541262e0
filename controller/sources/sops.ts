/** Files that SOPS encrypted, decrypted by the `sops` program into this process's memory and nowhere else. */
import { spawn } from 'node:child_process'
import { WorkshopError } from '@workshop/contracts/errors'

export type Environment = Readonly<Record<string, string | undefined>>

/** A key service may be far away; a minute is what SOPS itself waits for most of them. */
const timeoutMs = 60_000
/** What a snapshot may hold at most. */
const maxBytes = 10_000_000

/** Does the text carry the metadata that SOPS adds: a `sops` block with the message code of its values? */
export function isEncrypted(text: string): boolean {
  const hasBlock = /^sops:\s*$/m.test(text) || /"sops":\s*\{/.test(text) || /^sops_version=/m.test(text)
  return hasBlock && /ENC\[AES256_GCM,/.test(text)
}

/**
 * The plain text of an encrypted file; SOPS tells the format by the file's ending. Throws WO-1174 when there is no
 * `sops` or it has no key. Keys come from where SOPS looks for them; our own Databricks credentials are not handed on.
 */
export function decrypt(path: string, env: Environment): Promise<string> {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('DATABRICKS_'))
  const refuse = (message: string, fix: string, cause?: unknown) =>
    new WorkshopError({ code: 'WO-1174', message, fix }, { cause })
  return new Promise((resolve, reject) => {
    const child = spawn('sops', ['-d', path], { env: Object.fromEntries(kept), stdio: ['ignore', 'pipe', 'pipe'] })
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    const plain: Buffer[] = []
    let size = 0
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) child.kill('SIGKILL')
      else plain.push(chunk)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2_000)
    })
    child.once('error', (cause) => {
      clearTimeout(timer)
      reject(refuse('the file is encrypted and sops cannot be started', 'install sops beside the controller', cause))
    })
    child.once('close', (code) => {
      clearTimeout(timer)
      if (code === 0) return resolve(Buffer.concat(plain).toString('utf8'))
      const why = said.trim().split('\n')[0]?.slice(0, 200) || `it ended with ${code}`
      reject(refuse(`sops cannot decrypt the file: ${why}`, 'give the controller a key of this file'))
    })
  })
}
