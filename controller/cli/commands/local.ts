/**
 * `workshop local` (npm start): everything on this machine. Checks first, builds what is stale, starts the emulator as
 * a child, runs the controller in this process against it, serves the control room, and takes all of it down at the end.
 */
import { access } from 'node:fs/promises'
import { showDuration } from '@workshop/contracts/duration'
import type { Workshop } from '@workshop/contracts/workshop'
import type { CommandContext, ExitCode } from '../command-context.ts'
import { build, isStale } from '../local/bundle.ts'
import { availableMemory, bubblewrapProblem, requireFreePort, requireMemory, requirePty } from '../local/checks.ts'
import { writeReadyFile } from '../local/ready-file.ts'
import { type LocalRun, startLocal } from '../local/start.ts'
import { watchRun } from '../local/watch-run.ts'
import type { LoopPrograms } from '../loop-programs.ts'
import { openBrowser } from '../open-browser.ts'
import { packagePath } from '../package-path.ts'
import { requireInput, type SpecInput } from '../read-input.ts'
import { summary } from '../spec-file.ts'
import { untilStopped } from '../until-stopped.ts'

export interface LocalFlags {
  readonly spec: string
  readonly port: number
  readonly controlPort: number
  readonly readyFile?: string
  readonly profile: 'instant' | 'realistic'
  readonly open: boolean
}

/** Exit 0 after Ctrl-C with everything taken down; 1 when the emulator ended by itself. */
export async function local(
  context: CommandContext,
  flags: LocalFlags,
  { createController }: Pick<LoopPrograms, 'createController'>,
): Promise<ExitCode> {
  const { terminal, stopped } = context
  const { paint } = terminal.err
  const startedAt = context.now()
  const specFile = await existing(flags.spec)
  const input = await requireInput(specFile)

  await requireFreePort(flags.port, '--port')
  await requireFreePort(flags.controlPort, '--control-port')
  requirePty()
  requireMemory(input.workshop, await availableMemory())
  const unwalled = await bubblewrapProblem()
  terminal.err.write(headline(flags, input))
  if (unwalled !== undefined)
    terminal.err.write(`isolation   ${paint.warn('open')}: ${unwalled}; ${whatOpenDoes(input.workshop)}\n`)
  if (await isStale()) {
    terminal.err.write('build       worker and console are built first; this takes a moment\n')
    await build(stopped)
  }
  if (stopped.aborted) return 1
  terminal.err.write('\n')

  const run = await startLocal(context, { ...flags, specFile, createController })
  let failed = false
  try {
    const view = watchRun(context, run)
    const first = await Promise.race([view.ready, run.emulator.ended, untilStopped(stopped)])
    if (first !== undefined && 'workshopUrl' in first) {
      const tookMs = context.now() - startedAt
      terminal.err.write(`\nready in ${showDuration(tookMs)} · isolation: ${first.isolation}\n\n`)
      terminal.out.write(addresses(run, first.workshopUrl, input.people.length))
      terminal.err.write(`\nEdit ${specFile} and watch. Ctrl-C takes everything down.\n\n`)
      if (flags.readyFile) {
        await writeReadyFile(flags.readyFile, {
          workshopUrl: first.workshopUrl,
          controlRoomUrl: run.api.controlRoomUrl,
          emulatorUrl: run.emulator.url,
          operatorToken: run.token,
        })
      }
      if (flags.open && terminal.out.isTty) openBrowser(first.workshopUrl, context.config.env)
      await Promise.race([run.emulator.ended, untilStopped(stopped)])
    }
    view.close()
    failed = !stopped.aborted
    if (failed) {
      const { lastLines } = await run.emulator.ended
      terminal.err.write(`The emulator ended by itself:\n${lastLines.map((line) => `  ${line}\n`).join('')}`)
    } else {
      terminal.err.write('\nTaking everything down; once more Ctrl-C does not wait.\n')
    }
  } finally {
    await run.stop()
  }
  terminal.err.write(
    `Down; it ran for ${showDuration(context.now() - startedAt)}. No process and no emulated workspace is left; ${specFile} is as you left it.\n`,
  )
  return failed ? 1 : 0
}

/** The path as given, or the one of the package when this runs from elsewhere. */
async function existing(spec: string): Promise<string> {
  return access(spec).then(
    () => spec,
    () =>
      access(packagePath(spec)).then(
        () => packagePath(spec),
        () => spec,
      ),
  )
}

function headline(
  { port, profile }: LocalFlags,
  { path, workshop, people }: SpecInput & { readonly workshop: Workshop },
): string {
  const at = port === 0 ? '127.0.0.1' : `127.0.0.1:${port}`
  const pace = profile === 'realistic' ? ', as slow as the real one' : ''
  return [
    `workshop-operator 0.1.0 · embedded: Databricks is emulated on ${at}${pace}, nothing leaves this machine\n`,
    `spec        ${path} · ${summary(workshop, people.length)}\n`,
  ].join('')
}

function whatOpenDoes({ spec }: Workshop): string {
  if (spec.sessions.isolation === 'trusted') return 'people share workers without walls, as the spec says'
  if (spec.sessions.isolation === 'require-namespaces')
    return 'the spec asks for namespaces, so workers will refuse sessions'
  return 'each worker takes one person'
}

function addresses({ api }: LocalRun, workshopUrl: string, people: number): string {
  const who = people === 1 ? 'sign in as the one participant' : `sign in as any of the ${people}`
  return `  workshop      ${workshopUrl}/        ${who}\n  control room  ${api.controlRoomUrl}\n`
}
