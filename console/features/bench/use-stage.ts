/** Which sessions are on the page, which has the focus, and how choosing one changes both. */
import { computed, nextTick, type Ref, ref, watch } from 'vue'
import { terminalControls } from '../terminal/terminal-signs.ts'
import type { BenchMemory } from './bench-memory.ts'
import { choose, type Layout, shownSessions, slotsOf } from './pane-layout.ts'

export function useStage(ids: Readonly<Ref<readonly string[]>>, memory: BenchMemory, phone: Readonly<Ref<boolean>>) {
  const current = ref<string>()
  const wanted = ref<readonly string[]>([])
  const layout = computed<Layout>(() => (phone.value ? 'single' : memory.layout))
  const shown = computed<readonly string[]>((before) => {
    const now = shownSessions(ids.value, wanted.value, current.value, slotsOf(layout.value))
    return before && before.join() === now.join() ? before : now
  })

  // Whoever is on the page keeps its place; the same answer is the same list, so this settles.
  watch(shown, (now) => {
    wanted.value = now
  })
  watch(
    ids,
    (now) => {
      if (current.value === undefined || !now.includes(current.value)) current.value = now[0]
    },
    { immediate: true },
  )

  /** Shows a session; `focus` puts the keys there too. */
  async function show(id: string, focus: boolean) {
    if (layout.value === 'guide') memory.layout = memory.splitLayout
    wanted.value = choose(shown.value, current.value, id)
    current.value = id
    if (!focus) return
    await nextTick()
    terminalControls(id)?.focus()
  }

  function setLayout(next: Layout) {
    if (next === 'guide') memory.guideFolded = false
    else if (next !== 'single') memory.splitLayout = next
    memory.layout = next
  }

  return {
    current,
    shown,
    layout,
    show,
    setLayout,
    /** Alone on the page, or back beside the others. */
    maximise(id: string) {
      current.value = id
      wanted.value = [id]
      setLayout(memory.layout === 'single' ? memory.splitLayout : 'single')
    },
  }
}
