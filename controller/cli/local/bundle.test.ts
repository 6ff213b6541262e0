import { expect, it } from 'vitest'
import { usefulPart } from './bundle.ts'

const esbuild = `bundling worker
✘ [ERROR] Could not resolve "node-pty"

    worker/terminal/pty.ts:3:21:
      3 │ import { spawn } from 'node-pty'
        ╵                      ~~~~~~~~~~

Error: Build failed with 1 error:
worker/terminal/pty.ts:3:21: ERROR: Could not resolve "node-pty"
    at failureErrorWithLog (/x/node_modules/esbuild/lib/main.js:1467:15)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)

Node.js v24.1.0
`

it.each([
  [
    'the error and the place, without the stack',
    esbuild,
    /^✘ \[ERROR\] Could not resolve "node-pty"\n.*pty\.ts:3:21(?![\s\S]*(at failure|Node\.js))/,
  ],
  ['the end when nothing tells of an error', 'one\ntwo\nthree\n', /^one\ntwo\nthree$/],
  ['no colours', '\u001b[31mnpm error\u001b[0m missing script\n', /^npm error missing script$/],
  ['eight lines of a long list', `error\n${'x\n'.repeat(50)}`, /^error\n(x\n){6}x$/],
])('shows %s', (_name, said, shown) => {
  expect(usefulPart(said)).toMatch(shown)
})
