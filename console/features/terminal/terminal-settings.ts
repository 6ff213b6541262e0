/** How terminals look and speak in this browser: kept here, read by every terminal of the page. */
import { reactive, watch } from 'vue'

export interface TerminalSettings {
  /** Pixels; undefined: what suits the window. */
  fontSize: number | undefined
  /** The screen's text in an accessible list beside it, read aloud as it comes. Costs time with much output. */
  screenReader: boolean
}

/** Smaller letters nobody reads; larger ones leave no room for a line. */
export const fontSizes = { least: 8, most: 28 } as const
const key = 'workshop.terminal'
const phone = '(max-width: 767px)'

export const terminalSettings = reactive(read(localStorage.getItem(key)))
watch(terminalSettings, (now) => localStorage.setItem(key, JSON.stringify(now)), { flush: 'sync' })

/** The size in use, in pixels. */
export function letterSize(): number {
  return terminalSettings.fontSize ?? (matchMedia(phone).matches ? 12 : 14)
}

/** Larger or smaller letters, within what can be read. */
export function resizeLetters(by: number): void {
  terminalSettings.fontSize = Math.max(fontSizes.least, Math.min(fontSizes.most, letterSize() + by))
}

/** What was kept, as far as it makes sense. */
export function read(text: string | null): TerminalSettings {
  try {
    const { fontSize, screenReader } = JSON.parse(text ?? '{}') as Partial<TerminalSettings>
    const fits = typeof fontSize === 'number' && fontSize >= fontSizes.least && fontSize <= fontSizes.most
    return { fontSize: fits ? fontSize : undefined, screenReader: screenReader === true }
  } catch {
    return { fontSize: undefined, screenReader: false }
  }
}
