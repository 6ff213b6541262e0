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
 * What became of the last composition: nothing is left of it; its text is in the text area and unsent; it is sent, but
 * xterm.js, which looks a task after it, has yet to look.
 */
type Left = 'nothing' | 'unsent' | 'sent'

/**
 * Watches an element around xterm.js's text area; `type` gets what a composition left and what a nameless key stands
 * for. Gives the way to stop.
 *
 * xterm.js sends what it finds in its text area a task after a composition's end. When it looks is not to be seen from
 * here, and text typed in between would count twice or not at all. So the text is taken from the area a moment before:
 * tasks of one event run in the order in which they were asked for, and this listener is called ahead of xterm.js's.
 */
export function takeSoftInput(element: HTMLElement, type: (text: string) => void): () => void {
  const stop = new AbortController()
  const { signal } = stop
  const on = <Name extends keyof HTMLElementEventMap>(name: Name, take: (event: HTMLElementEventMap[Name]) => void) =>
    element.addEventListener(name, take, { capture: true, signal })
  let composing = false
  /** The last key had no name. */
  let soft = false
  let left: Left = 'nothing'
  /** How often xterm.js has yet to look: once for each end of a composition. */
  let looks = 0
  /** Where in the text area what is left begins, and the composition that came before that was sent. */
  let start = 0
  let next = 0
  let area: HTMLTextAreaElement | undefined

  /** Sends what is left, and leaves xterm.js nothing to find. */
  const send = () => {
    if (left !== 'unsent' || !area) return
    if (composing) {
      // Changing the area would disturb the composition: here xterm.js sends what the one before left.
      start = next
      left = 'nothing'
      return
    }
    left = 'sent'
    const text = area.value.slice(start)
    area.value = area.value.slice(0, start)
    if (text !== '') type(text)
  }

  /** A key came before what is left was sent. A character of it is in the area already, and is sent with what is left. */
  const typedMeanwhile = (inputType: string, text: string) => {
    if (!area || inputType === 'insertText') return
    if (text === '\r') {
      area.value = area.value.replace(/\n$/, '')
      send()
      type(text)
    } else if (area.value.length < start) {
      start = area.value.length
      type(text)
    }
  }

  on('compositionstart', ({ target }) => {
    composing = true
    area = areaOf(target)
    next = area?.value.length ?? 0
    if (left !== 'unsent') start = next
  })
  on('compositionend', () => {
    composing = false
    left = 'unsent'
    looks += 1
    setTimeout(send)
  })
  const looked = () => {
    looks -= 1
    if (looks === 0) left = 'nothing'
  }
  // On the way back up: called after xterm.js's own listener.
  element.addEventListener('compositionend', () => setTimeout(looked), { signal })
  on('blur', send)
  on('keydown', (event) => {
    soft = event.keyCode === nameless
    if (soft && !composing) event.stopImmediatePropagation()
    // Enter right after a composition: xterm.js would send a piece between marks that it has yet to set.
    if (event.keyCode !== nameless) send()
  })
  on('input', (event) => {
    if (!(event instanceof InputEvent) || composing || event.isComposing) return
    const text = event.inputType === 'insertText' ? (event.data ?? '') : (typedFor[event.inputType] ?? '')
    if (text === '' || (left === 'nothing' && !soft)) return
    event.stopImmediatePropagation()
    if (left === 'unsent') {
      typedMeanwhile(event.inputType, text)
      return
    }
    type(text)
    const target = areaOf(event.target)
    if (target) target.value = left === 'sent' ? target.value.slice(0, start) : ''
  })
  return () => stop.abort()
}

function areaOf(target: EventTarget | null): HTMLTextAreaElement | undefined {
  return target instanceof HTMLTextAreaElement ? target : undefined
}
