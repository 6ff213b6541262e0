/** Binds the commands to the keyboard of this page, before terminals and fields see a key. */
import { onScopeDispose, type Ref, ref, toValue } from 'vue'
import { answerKey, type Command, type FocusPlace, type KeyState, noKeys } from './commands.ts'

/** A leader or the start of a sequence is forgotten after this time, ms. */
const forgetMs = 3_000

/** Returns whether the leader was pressed and a letter is awaited, to be shown. */
export function useKeys(commands: Readonly<Ref<readonly Command[]>>): Readonly<Ref<boolean>> {
  const waiting = ref(false)
  let state: KeyState = noKeys
  let forget: ReturnType<typeof setTimeout> | undefined

  function keep(next: KeyState) {
    state = next
    waiting.value = next.leader
    clearTimeout(forget)
    if (next !== noKeys) forget = setTimeout(() => keep(noKeys), forgetMs)
  }

  function onKeydown(event: KeyboardEvent) {
    if (event.isComposing || (document.querySelector('[role="dialog"], [role="menu"]') && event.key !== 'F1')) return
    const { key, code, ctrlKey: ctrl, shiftKey: shift, altKey: alt, metaKey: meta } = event
    const answer = answerKey({ key, code, ctrl, shift, alt, meta }, state, focusPlace(event.target), toValue(commands))
    keep(answer.state)
    if (!answer.taken) return
    event.preventDefault()
    event.stopPropagation()
    answer.run?.run()
  }

  addEventListener('keydown', onKeydown, { capture: true })
  onScopeDispose(() => {
    clearTimeout(forget)
    removeEventListener('keydown', onKeydown, { capture: true })
  })
  return waiting
}

function focusPlace(target: EventTarget | null): FocusPlace {
  if (!(target instanceof Element)) return 'page'
  if (target.closest('.xterm')) return 'terminal'
  return target.closest('input, textarea, select, [contenteditable="true"]') ? 'field' : 'page'
}
