/** Which cards of the guide were sent, and when: the person's own progress, kept in this browser per workshop. */
import { type Ref, ref } from 'vue'

/** Card id → epoch ms. */
export type SentMarks = Readonly<Record<string, number>>

export interface SentMarkStore {
  readonly marks: Readonly<Ref<SentMarks>>
  readonly mark: (card: string, at: number) => void
}

export function sentMarkStore(
  workshop: string,
  storage: Pick<Storage, 'getItem' | 'setItem'> = localStorage,
): SentMarkStore {
  const key = `workshop.sent.${workshop}`
  const marks = ref<SentMarks>(read(storage.getItem(key)))
  return {
    marks,
    mark(card, at) {
      marks.value = { ...marks.value, [card]: at }
      storage.setItem(key, JSON.stringify(marks.value))
    },
  }
}

function read(text: string | null): SentMarks {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? (value as SentMarks) : {}
  } catch {
    return {}
  }
}
