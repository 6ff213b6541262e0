/**
 * Records real programs for the replay tests: `node test/recordings/record.ts [--agents FOLDER] [NAME…]`. README.md beside
 * this file says which programs it needs. Linux with bubblewrap only.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { serveModel } from './model.ts'
import { play } from './play.ts'
import { programs, project } from './programs.ts'
import { writeRecording } from './recording.ts'
import { openSandbox } from './sandbox.ts'

/** Recordings longer than this are cut: what follows shows nothing new. */
const maxBytes = 2_000_000

const { values, positionals } = parseArgs({ options: { agents: { type: 'string' } }, allowPositionals: true })
const names = positionals.length > 0 ? positionals : Object.keys(programs)

for (const name of names) {
  const program = programs[name]
  if (program === undefined) throw new Error(`${name} is none of ${Object.keys(programs).join(', ')}`)
  const model = await serveModel()
  const sandbox = openSandbox({ ...project, ...program.files?.(model.url) }, values.agents)
  try {
    const { file, args } = sandbox.launch(program.version)
    const said = spawnSync(file, args, { encoding: 'utf8' })
    const version = said.stdout.split('\n')[0]?.trim() ?? ''
    const played = await play(sandbox.launch(program.argv, program.env?.(model.url)), program.steps)
    const output = played.output.subarray(0, maxBytes)
    const sizes = played.sizes.filter(({ offset }) => offset < maxBytes)
    const packed = writeRecording(name, { ...played, sizes, program: `${name} ${version}`, output })
    console.log(`${name}: ${version}; ${output.length} bytes, ${sizes.length} sizes, ${packed} on disk`)
  } finally {
    sandbox.close()
    model.close()
  }
}
