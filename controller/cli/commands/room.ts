/** `workshop room`: what is said in a room that a running controller keeps, and when it closes. */
import { WorkshopError } from '@workshop/contracts/errors'
import type { WorkshopRoomSpec } from '@workshop/contracts/workshop-room'
import { oneLine } from '../../loop/one-line.ts'
import type { CommandContext, ExitCode } from '../command-context.ts'
import { printResult } from '../print-result.ts'
import { findController, pick } from '../running-controller.ts'

export interface RoomFlags {
  readonly announce?: string
  readonly warning?: boolean
  /** RFC 3339 with an offset, or `17:30`: today, in this machine's time. */
  readonly closesAt?: string
  /** Takes everything back. */
  readonly clear?: boolean
}

/** Shows the room; with flags, changes what they name and leaves the rest. Throws WO-9001 for a time that is none. */
export async function room(context: CommandContext, name: string, flags: RoomFlags): Promise<ExitCode> {
  const controller = await findController(context.config.stateDir)
  const view = pick(await controller.workshops(), name)
  const { announce, warning, closesAt, clear } = flags
  const level = warning ? 'warning' : 'info'
  const next: WorkshopRoomSpec = {
    ...(clear ? {} : view.room),
    ...(announce === undefined ? {} : { announcement: { text: announce, level } }),
    ...(closesAt === undefined ? {} : { closesAt: momentOf(closesAt, context.now()) }),
  }
  const isOrder = clear || announce !== undefined || closesAt !== undefined
  if (isOrder) await controller.say(view, next)
  printResult(context, { namespace: view.namespace, name: view.name, room: next }, () => {
    const said = next.announcement ? `announced: ${oneLine(next.announcement.text)}` : 'nothing is announced'
    const closes = next.closesAt === undefined ? '' : `\ncloses at ${next.closesAt}`
    return `${view.name}: ${said}${closes}\n`
  })
  return 0
}

function momentOf(text: string, now: number): string {
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text)
  if (clock) return new Date(new Date(now).setHours(Number(clock[1]), Number(clock[2]), 0, 0)).toISOString()
  if (/(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))) return new Date(text).toISOString()
  const fix = 'write 17:30, or a whole time such as 2026-11-21T17:30:00+01:00'
  throw new WorkshopError({ code: 'WO-9001', message: `${text} is no time`, where: '--closes-at', fix })
}
