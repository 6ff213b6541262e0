/**
 * Keeps a character that follows a composition at once (CJK punctuation, a space that commits) from being sent twice:
 * xterm.js sends what stands in its text area after `compositionend` one task later, and would send the `input` that
 * came in between on its own as well.
 */

/** Watches an element around xterm.js's text area; gives the way to stop. */
export function guardCompositions(element: HTMLElement): () => void {
  let settling = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const ended = () => {
    settling = true
    clearTimeout(timer)
    // Two tasks: xterm.js's own comes after the first.
    timer = setTimeout(() => {
      timer = setTimeout(() => {
        settling = false
      })
    })
  }
  const begun = () => {
    clearTimeout(timer)
    settling = false
  }
  const input = (event: Event) => {
    if (settling && event instanceof InputEvent && event.inputType === 'insertText' && !event.isComposing)
      event.stopImmediatePropagation()
  }
  element.addEventListener('compositionend', ended, { capture: true })
  element.addEventListener('compositionstart', begun, { capture: true })
  element.addEventListener('input', input, { capture: true })
  return () => {
    clearTimeout(timer)
    element.removeEventListener('compositionend', ended, { capture: true })
    element.removeEventListener('compositionstart', begun, { capture: true })
    element.removeEventListener('input', input, { capture: true })
  }
}
