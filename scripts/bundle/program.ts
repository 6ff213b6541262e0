/** One program with all its libraries in one file, readable: a stack trace on a worker should say something. */
import { build } from 'rolldown'

/** Native or optional parts that libraries load inside `try`; the programs run without them. */
const external = [/^node-pty/, 'bufferutil', 'utf-8-validate', /\.node$/]

/** Generated API calls that do nothing when they are loaded; kept whole they alone pass the platform's limit for a file. */
const callsOnly = /@kubernetes[/\\]client-node/

/** Writes `<folder>/<name>.js` for the one entry `{name: path}`. Runs on the Node of Databricks Apps, 22.16. */
export async function bundleProgram(folder: string, entry: Readonly<Record<string, string>>): Promise<void> {
  await build({
    input: entry,
    platform: 'node',
    external,
    treeshake: { moduleSideEffects: (id) => !callsOnly.test(id) },
    logLevel: 'warn',
    transform: { target: 'node22.16' },
    output: { dir: folder, format: 'esm', entryFileNames: '[name].js', codeSplitting: false },
  })
}
