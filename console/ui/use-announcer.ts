/** One polite live region for the page, rate-limited: a busy room must not talk all the time. */
import { onScopeDispose, type Ref, ref } from 'vue'

/** One announcement in this time, ms; what comes meanwhile is said together. */
const everyMs = 2_000

export function useAnnouncer(): { readonly said: Readonly<Ref<string>>; readonly say: (sentence: string) => void } {
  const said = ref('')
  let waiting: string[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function flush() {
    timer = undefined
    if (waiting.length === 0) return
    said.value = waiting.join('. ')
    waiting = []
    timer = setTimeout(flush, everyMs)
  }
  onScopeDispose(() => clearTimeout(timer))
  return {
    said,
    say(sentence) {
      waiting.push(sentence)
      if (timer === undefined) flush()
    },
  }
}
