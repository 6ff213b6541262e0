/** Ending and restarting ask first while a program runs; a session that has ended asks nothing. */
import { computed, shallowRef } from 'vue'
import type { SessionRow } from './session-row.ts'

type Verb = 'end' | 'restart'

const words: Readonly<Record<Verb, { readonly verb: string; readonly description: string; readonly danger: boolean }>> =
  {
    end: {
      verb: 'End',
      description: 'The program is stopped and its screen goes. Files in your home stay.',
      danger: true,
    },
    restart: {
      verb: 'Restart',
      description: 'The program is stopped and starts anew in the same place. Files in your home stay.',
      danger: false,
    },
  }

export function useSessionQuestions(sessions: {
  readonly end: (id: string) => Promise<unknown>
  readonly restart: (id: string) => Promise<unknown>
}) {
  const asked = shallowRef<{ readonly verb: Verb; readonly row: SessionRow }>()
  const question = computed(() => {
    if (!asked.value) return undefined
    const { verb, description, danger } = words[asked.value.verb]
    const { title } = asked.value.row.info
    return { title: `${verb} ${title}?`, verb: `${verb} ${title}`, description, danger }
  })
  const carryOut = (verb: Verb, id: string) => (verb === 'end' ? sessions.end(id) : sessions.restart(id))

  return {
    question,
    ask(verb: Verb, row: SessionRow | undefined) {
      if (!row) return
      if (row.look.mood === 'ended') void carryOut(verb, row.info.id)
      else asked.value = { verb, row }
    },
    drop() {
      asked.value = undefined
    },
    async answer() {
      const { verb, row } = asked.value ?? {}
      if (verb && row) await carryOut(verb, row.info.id)
      asked.value = undefined
    },
  }
}
