/** A real program's output on disk: what it printed, and at which byte its terminal changed size. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'

export interface Recording {
  /** What was run, as its own `--version` says it. */
  readonly program: string
  readonly cols: number
  readonly rows: number
  /** From the byte at `offset` on. */
  readonly sizes: readonly { readonly offset: number; readonly cols: number; readonly rows: number }[]
  readonly output: Buffer
}

const suffix = '.recording.br'
const folder = fileURLToPath(new URL('.', import.meta.url))

/** Names of the recordings that are kept here. */
export function recordingNames(): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(suffix))
  return files.map((file) => file.slice(0, -suffix.length)).sort()
}

export function readRecording(name: string): Recording {
  const bytes = brotliDecompressSync(readFileSync(join(folder, name + suffix)))
  const headEnd = bytes.indexOf('\n')
  const head = JSON.parse(bytes.toString('utf8', 0, headEnd)) as Omit<Recording, 'output'>
  return { ...head, output: bytes.subarray(headEnd + 1) }
}

/** One line of JSON, then the output as it is; gives the bytes on disk. */
export function writeRecording(name: string, { output, ...head }: Recording): number {
  const bytes = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), output])
  const params = { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  const packed = brotliCompressSync(bytes, { params })
  writeFileSync(join(folder, name + suffix), packed)
  return packed.length
}
