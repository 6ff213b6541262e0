/** Now, once a second, for ages and countdowns. One timer for the page, running only while something looks at it. */
import { onScopeDispose, type Ref, ref } from 'vue'

const now = ref(Date.now())
let lookers = 0
let timer: ReturnType<typeof setInterval> | undefined

/** Epoch ms, renewed each second until the component goes. */
export function useNow(): Readonly<Ref<number>> {
  lookers += 1
  now.value = Date.now()
  timer ??= setInterval(() => {
    now.value = Date.now()
  }, 1_000)
  onScopeDispose(() => {
    lookers -= 1
    if (lookers > 0) return
    clearInterval(timer)
    timer = undefined
  })
  return now
}
