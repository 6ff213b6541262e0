/**
 * Input methods and the keyboards of phones, where xterm.js loses or doubles characters. Their keys come without a name
 * (code 229) and the text on its own: xterm.js compares its text area before and after, which depends on what the
 * browser does first. Here the text itself counts, once.
 */

/** What input events without a name of their own stand for. */
const typedFor: Readonly<Record<string, string>> = {
  deleteContentBackward: '\u007f',
  insertLineBreak: '\r',
  insertParagraph: '\r',
}
const nameless = 229

/**
 * Watches an element around xterm.js's text area; `type` gets what a nameless key stands for, and `onSent` tells what
 * xterm.js sends. Gives the way to stop.
 */
export function takeSoftInput(
  element: HTMLElement,
  type: (text: string) => void,
  onSent: (listener: (text: string) => void) => { readonly dispose: () => void },
): () => void {
  const stop = new AbortController()
  const on = <Name extends keyof HTMLElementEventMap>(name: Name, take: (event: HTMLElementEventMap[Name]) => void) =>
    element.addEventListener(name, take, { capture: true, signal: stop.signal })
  let composing = false
  /** The last key had no name. */
  let soft = false
  /** xterm.js has yet to send what a composition left in its text area; what comes meanwhile goes with it. */
  let settling = false
  let timer: ReturnType<typeof setTimeout> | undefined

  /** Where in the text area the composition begins. */
  let start = 0
  let area: HTMLTextAreaElement | undefined

  // The composition is out: what comes now is not part of it any more, however late our own timer is.
  const sent = onSent((text) => {
    if (settling && text === area?.value.slice(start)) settling = false
  })

  on('compositionstart', ({ target }) => {
    clearTimeout(timer)
    settling = false
    composing = true
    area = areaOf(target)
    start = area?.value.length ?? 0
  })
  on('compositionend', () => {
    composing = false
    settling = true
    clearTimeout(timer)
    // Two tasks: xterm.js's own comes after the first.
    timer = setTimeout(() => {
      timer = setTimeout(() => {
        settling = false
      })
    })
  })
  on('keydown', (event) => {
    soft = event.keyCode === nameless && event.key === 'Unidentified'
    if (soft && !composing) event.stopImmediatePropagation()
    // Enter right after a composition: xterm.js would send a piece between marks that it has yet to set.
    if (!settling || event.keyCode === nameless || area === undefined) return
    const text = area.value.slice(start)
    area.value = ''
    settling = false
    if (text !== '') type(text)
  })
  on('input', (event) => {
    if (!(event instanceof InputEvent) || composing || event.isComposing) return
    const text = event.inputType === 'insertText' ? (event.data ?? '') : (typedFor[event.inputType] ?? '')
    if (text === '' || !(settling || soft)) return
    event.stopImmediatePropagation()
    if (settling) return
    type(text)
    const target = areaOf(event.target)
    if (target) target.value = ''
  })
  stop.signal.addEventListener('abort', () => {
    clearTimeout(timer)
    sent.dispose()
  })
  return () => stop.abort()
}

function areaOf(target: EventTarget | null): HTMLTextAreaElement | undefined {
  return target instanceof HTMLTextAreaElement ? target : undefined
}
