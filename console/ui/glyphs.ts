/**
 * Our own pictograms: states, agents and the logo. Everything else comes from lucide. One stroke style on both sides:
 * a 16-px grid and lines of 1.5 px.
 */
import { type FunctionalComponent, h } from 'vue'

/** What `ui-icon.vue` draws: one of ours or one of lucide's. */
export type Glyph = FunctionalComponent

const circle = (r = 6.25, rest: Record<string, string> = {}) => h('circle', { cx: 8, cy: 8, r, ...rest })
const path = (d: string, rest: Record<string, string | number> = {}) => h('path', { d, ...rest })
const filled = { fill: 'currentColor', stroke: 'none' }

function glyph(strokeWidth: number, draw: () => ReturnType<typeof h>[]): Glyph {
  return () =>
    h(
      'svg',
      {
        viewBox: '0 0 16 16',
        fill: 'none',
        stroke: 'currentColor',
        'stroke-width': strokeWidth,
        'stroke-linecap': 'round',
        'stroke-linejoin': 'round',
      },
      draw(),
    )
}

export const okGlyph = glyph(1.5, () => [circle(), path('M5.25 8.25 7.2 10.2l3.6-4')])
export const progGlyph = glyph(1.5, () => [circle(), path('M8 1.75a6.25 6.25 0 0 1 0 12.5z', filled)])
export const driftGlyph = glyph(1.5, () => [path('M8 2.25 14.25 13.25H1.75z'), path('M8 6.5v3M8 11.25v.01')])
export const badGlyph = glyph(1.5, () => [circle(), path('m5.9 5.9 4.2 4.2M10.1 5.9l-4.2 4.2')])
export const suspGlyph = glyph(1.5, () => [circle(), path('M6.5 5.75v4.5M9.5 5.75v4.5')])
export const unkGlyph = glyph(1.5, () => [
  circle(),
  path('M6.2 6.3a1.8 1.8 0 1 1 2.6 1.6c-.5.3-.8.6-.8 1.1M8 11.2v.01'),
])
export const todoGlyph = glyph(1.5, () => [circle(6.25, { 'stroke-dasharray': '2.2 2.2' })])
export const workingGlyph = glyph(1.5, () => [
  circle(2.25, filled),
  path('M8 1.75A6.25 6.25 0 0 1 14.25 8M8 14.25A6.25 6.25 0 0 1 1.75 8'),
])
export const needsGlyph = glyph(1.5, () => [path('M2 2.75h12v8.5H8.5L5.5 14v-2.75H2z'), path('M8 5v2.25M8 9v.01')])
export const idleGlyph = glyph(1.5, () => [circle(4)])
export const exitGlyph = glyph(1.5, () => [h('rect', { x: 3.25, y: 3.25, width: 9.5, height: 9.5, rx: 1.5 })])
export const shellGlyph = glyph(1.5, () => [
  h('rect', { x: 1.75, y: 2.75, width: 12.5, height: 10.5, rx: 2 }),
  path('m4.5 6 2 2-2 2M8.5 10.25H11'),
])
export const claudeGlyph = glyph(1.5, () => [path('M8 2v12M2.8 5l10.4 6M13.2 5 2.8 11')])
export const brandGlyph = glyph(1.75, () => [path('M2 10.5h12M4 10.5V14M12 10.5V14M4.5 2.5 7 5 4.5 7.5M8.5 7.5h3')])
export const updateGlyph = glyph(1.5, () => [path('M2.5 9.5c1.8-3 3.6-3 5.5-1.5s3.7 1.5 5.5-1.5')])
