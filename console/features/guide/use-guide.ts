/** The guide of this workshop and how far the person is in it. */
import { computed, type Ref } from 'vue'
import { usePoll } from '../../api/use-poll.ts'
import type { worker } from '../../api/worker.ts'
import { guideParts } from './guide-parts.ts'
import { sentMarkStore } from './sent-marks.ts'

/** The guide comes from the fleet file; an organiser's correction is here within a minute. */
const everyMs = 60_000

export function useGuide(api: typeof worker, workshop: string, chosen: Readonly<Ref<string | undefined>>) {
  const poll = usePoll(api.guide, everyMs)
  const store = sentMarkStore(workshop)
  const cards = computed(() =>
    (poll.data.value?.challenges ?? []).map(({ id, text }) =>
      guideParts(text, id).flatMap((part) => (part.kind === 'html' ? [] : [part.id])),
    ),
  )
  const progress = computed(() => {
    const current = Math.max(0, poll.data.value?.challenges.findIndex(({ id }) => id === chosen.value) ?? 0)
    const sent = cards.value.map((ids) => ids.filter((id) => store.marks.value[id] !== undefined).length)
    return {
      current,
      shares: cards.value.map((ids, at) => (ids.length === 0 ? 0 : (sent[at] ?? 0) / ids.length)),
      sent: sent[current] ?? 0,
      total: cards.value[current]?.length ?? 0,
    }
  })
  return { poll, marks: store.marks, mark: store.mark, progress }
}
