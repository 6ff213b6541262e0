/** The person's sessions on this worker: the list, what can be done with it, and what was refused. */
import type { AgentId, AgentInfo, SessionInfo } from '@workshop/contracts/worker-api'
import { computed, type Ref, ref, shallowRef } from 'vue'
import { type Failure, failureOf } from '../../api/call.ts'
import { usePoll } from '../../api/use-poll.ts'
import type { worker } from '../../api/worker.ts'
import { terminalControls, terminalSigns } from '../terminal/terminal-signs.ts'
import { sessionLook } from './session-look.ts'
import { named } from './session-names.ts'
import type { SessionRow } from './session-row.ts'

/** The list is small and answered from memory; three seconds make another window's change look prompt. */
const everyMs = 3_000

export function useSessions(api: typeof worker, agents: () => readonly AgentInfo[], now: Readonly<Ref<number>>) {
  const poll = usePoll(api.sessions, everyMs)
  const refusal = shallowRef<Failure>()
  const busy = ref(false)

  const list = computed<readonly SessionInfo[]>(() => named(poll.data.value ?? [], agents()))
  const rows = computed<readonly SessionRow[]>(() =>
    list.value.map((info) => {
      const signs = terminalSigns.get(info.id)
      const ended = signs?.phase.name === 'ended' && signs.phase.end.why === 'exit' ? signs.phase.end.exit : undefined
      return {
        info,
        look: sessionLook(info, signs && { ...signs, rang: signs.waitsSince !== undefined, exit: ended }, now.value),
        lastLine: signs?.lastLine ?? '',
        unread: signs?.unread ?? false,
        waitsSince: signs?.waitsSince,
        title: signs?.title === info.title ? '' : (signs?.title ?? ''),
      }
    }),
  )
  const live = computed(() => list.value.filter(({ state }) => state !== 'exited').length)

  /** Does one thing at a time; what is refused is kept to be shown. */
  async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined
    busy.value = true
    try {
      const answer = await action()
      refusal.value = undefined
      await poll.refresh()
      return answer
    } catch (error) {
      refusal.value = failureOf(error)
      return undefined
    } finally {
      busy.value = false
    }
  }

  return {
    poll,
    rows,
    live,
    busy,
    refusal,
    start: (agent: AgentId) => attempt(() => api.create({ agent })),
    end: (id: string) => attempt(() => api.end(id)),
    letWatch: (id: string, on: boolean) => attempt(() => api.letWatch(id, on)),
    async restart(id: string) {
      if (!(await attempt(() => api.restart(id)))) return
      terminalControls(id)?.reconnect()
      terminalControls(id)?.focus()
    },
  }
}
