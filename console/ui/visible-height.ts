/** Keeps `--visible-height` at what is left above a phone's keyboard, so that the prompt stays on the screen. */
export function followVisibleHeight(): void {
  const viewport = window.visualViewport
  if (!viewport) return
  const apply = () => document.documentElement.style.setProperty('--visible-height', `${viewport.height}px`)
  viewport.addEventListener('resize', apply)
  apply()
}
