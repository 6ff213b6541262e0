/** What the bench remembers in this browser, per workshop: layout, fold, challenge. */
import { reactive, watch } from 'vue'
import { type Layout, layouts } from './pane-layout.ts'

export interface BenchMemory {
  layout: Layout
  /** Where "maximise" goes back to. */
  splitLayout: Layout
  guideFolded: boolean
  challenge: string | undefined
}

export function benchMemory(
  workshop: string,
  storage: Pick<Storage, 'getItem' | 'setItem'> = localStorage,
): BenchMemory {
  const key = `workshop.bench.${workshop}`
  const memory = reactive<BenchMemory>(read(storage.getItem(key)))
  watch(memory, () => storage.setItem(key, JSON.stringify(memory)))
  return memory
}

function read(text: string | null): BenchMemory {
  const fresh: BenchMemory = { layout: 'side', splitLayout: 'side', guideFolded: false, challenge: undefined }
  try {
    const kept = JSON.parse(text ?? '{}') as Partial<BenchMemory>
    const known = (layout: unknown, other: Layout) => layouts.find(({ id }) => id === layout)?.id ?? other
    return {
      layout: known(kept.layout, fresh.layout),
      splitLayout: known(kept.splitLayout, fresh.splitLayout),
      guideFolded: kept.guideFolded === true,
      challenge: typeof kept.challenge === 'string' ? kept.challenge : undefined,
    }
  } catch {
    return fresh
  }
}
