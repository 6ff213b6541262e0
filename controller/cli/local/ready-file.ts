/** The file that tells a script that everything is ready, and where. */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface ReadyFile {
  /** The hub. */
  readonly workshopUrl: string
  /** Carries the run key. */
  readonly controlRoomUrl: string
  readonly emulatorUrl: string
  /** Personal access token on the emulator's REST API and bearer on the fleet API. */
  readonly operatorToken: string
}

/** Whole or not at all: whoever waits for the file never reads half of it. For this user alone, as it holds a token. */
export async function writeReadyFile(path: string, ready: ReadyFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}`
  await writeFile(draft, `${JSON.stringify(ready, null, 2)}\n`, { mode: 0o600 })
  await rename(draft, path)
}
