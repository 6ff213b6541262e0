/** Asks again and again: keeps the last answer while asking, says its age, waits longer after failures. */
import { onScopeDispose, type Ref, ref, shallowRef } from 'vue'
import { type Failure, failureOf } from './call.ts'

export interface Poll<T> {
  /** The last answer; stays when a later request fails. */
  readonly data: Readonly<Ref<T | undefined>>
  /** Why the last request failed; undefined after a success. */
  readonly failure: Readonly<Ref<Failure | undefined>>
  /** Epoch ms of the last answer. */
  readonly asOf: Readonly<Ref<number | undefined>>
  /** Epoch ms of the next try while failing. */
  readonly nextAt: Readonly<Ref<number | undefined>>
  /** Asks now. Never throws. */
  readonly refresh: () => Promise<void>
}

/** Waits after the first, second … failure, ms. The last one repeats. */
const backoffMs = [1_000, 2_000, 5_000, 10_000]

/** Polls until the scope goes. A hidden page asks nobody; it asks at once when it is seen again. */
export function usePoll<T>(ask: () => Promise<T>, everyMs: number): Poll<T> {
  const data = shallowRef<T>()
  const failure = shallowRef<Failure>()
  const asOf = ref<number>()
  const nextAt = ref<number>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let turn = 0
  let gone = false

  async function refresh() {
    clearTimeout(timer)
    turn += 1
    const mine = turn
    try {
      const answer = await ask()
      if (gone || mine !== turn) return
      data.value = answer
      failure.value = undefined
      asOf.value = Date.now()
      failures = 0
    } catch (error) {
      if (gone || mine !== turn) return
      failure.value = failureOf(error)
      failures += 1
    }
    const wait =
      failures === 0 ? everyMs : Math.min(everyMs * 4, backoffMs[Math.min(failures, backoffMs.length) - 1] ?? everyMs)
    nextAt.value = failures === 0 ? undefined : Date.now() + wait
    timer = setTimeout(tick, wait)
  }

  function tick() {
    if (document.visibilityState === 'hidden') timer = setTimeout(tick, everyMs)
    else void refresh()
  }
  const onSeen = () => {
    if (document.visibilityState === 'visible') void refresh()
  }
  document.addEventListener('visibilitychange', onSeen)
  addEventListener('online', onSeen)
  onScopeDispose(() => {
    gone = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', onSeen)
    removeEventListener('online', onSeen)
  })
  void refresh()
  return { data, failure, asOf, nextAt, refresh }
}
